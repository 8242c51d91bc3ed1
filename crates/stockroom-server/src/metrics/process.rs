//! What the operating system knows of this process, where it is Linux; elsewhere nothing is told.

use std::fs;

use super::text::Exposition;

pub(super) fn write(out: &mut Exposition) {
    let memory = [
        ("VmRSS:", "process_resident_memory_bytes", "Bytes of memory in use."),
        ("VmHWM:", "process_resident_memory_peak_bytes", "The most bytes of memory in use so far."),
    ];
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    for (field, name, help) in memory {
        if let Some(kilobytes) = number(&status, field) {
            out.head(name, "gauge", help);
            out.line("", &[], kilobytes * 1024);
        }
    }
    if let Some(threads) = number(&status, "Threads:") {
        out.head("process_threads", "gauge", "Threads.");
        out.line("", &[], threads);
    }
    if let Ok(open) = fs::read_dir("/proc/self/fd") {
        out.head("process_open_fds", "gauge", "Open files and connections.");
        out.line("", &[], open.count() as u64);
    }
}

/// Returns the number of a field of `/proc/self/status`.
fn number(status: &str, field: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_found_by_its_name() {
        let status = "Name:\tstockroom\nVmRSS:\t   20480 kB\nThreads:\t7\n";
        assert_eq!(number(status, "VmRSS:"), Some(20_480));
        assert_eq!(number(status, "Threads:"), Some(7));
        assert_eq!(number(status, "VmHWM:"), None);
    }
}
