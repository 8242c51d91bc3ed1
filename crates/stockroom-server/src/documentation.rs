//! The pages for integrators and operators: the Markdown of `docs/`, in the binary, as HTML.

use std::fmt::Write as _;
use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// The look of the pages: the app's colours and type, and what a long text needs.
pub const STYLE: &str =
    concat!(include_str!("../../../style/tokens.css"), include_str!("documentation/page.css"));

/// A page, by the last part of its address.
#[derive(Debug)]
pub struct Page {
    /// The part of the address behind `/docs/`.
    pub name: &'static str,
    /// What it is called in the list of pages.
    pub title: &'static str,
    /// The page as HTML.
    pub html: String,
}

macro_rules! sources {
    ($($name:literal: $title:literal),+ $(,)?) => {
        [$(($name, $title, include_str!(concat!("../../../docs/", $name, ".md")))),+]
    };
}

/// Name, title and text of every page, the first one at `/docs` itself.
const SOURCES: &[(&str, &str, &str)] = &sources! {
    "api": "The Store API",
    "keys": "Keys",
    "accounts": "People and their sign-in",
    "products": "Products",
    "limits": "Limits",
    "history": "The history",
    "snapshot": "The snapshot",
    "gateway": "Passing on to a hosted service",
    "operating": "Running the server",
    "scaling": "Scaling",
    "webhooks": "Webhooks",
    "csv-format": "Files",
    "terminal": "The terminal",
};

/// The languages of examples that stand side by side, and how they are called.
const LANGUAGES: [(&str, &str); 3] = [("sh", "curl"), ("js", "JavaScript"), ("python", "Python")];

static PAGES: LazyLock<Vec<Page>> = LazyLock::new(|| {
    let page = |&(name, title, text)| Page { name, title, html: page_of(name, title, text) };
    SOURCES.iter().map(page).collect()
});

/// Returns every page, the first one first.
pub fn pages() -> &'static [Page] {
    &PAGES
}

/// Returns the page with this name.
pub fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name == name)
}

fn page_of(name: &str, title: &str, text: &str) -> String {
    let mut links = String::new();
    for (other, title, _) in SOURCES {
        let current = if *other == name { " aria-current=\"page\"" } else { "" };
        let _ = write!(links, "<a href=\"{}\"{current}>{title}</a>", address(other));
    }
    let mut body = String::new();
    html::push_html(&mut body, events(text).into_iter());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title} · Stockroom</title>\n<link rel=\"icon\" href=\"/icon.svg\">\n\
         <link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n<body>\n\
         <header><a class=\"home\" href=\"/docs\">Stockroom <span>Docs</span></a>\
         <a href=\"/\">Open the app</a></header>\n\
         <div class=\"frame\">\n<nav aria-label=\"Pages\">{links}</nav>\n\
         <main>\n{body}</main>\n</div>\n</body>\n</html>\n"
    )
}

fn address(name: &str) -> String {
    if name == SOURCES[0].0 { "/docs".to_owned() } else { format!("/docs/{name}") }
}

/// Returns the events of a text, with anchors, links between pages, and examples side by side.
fn events(text: &str) -> Vec<Event<'_>> {
    let mut done: Vec<Event<'_>> = Vec::new();
    let mut examples: Vec<Example<'_>> = Vec::new();
    let mut groups = 0;
    let mut parser = Parser::new_ext(text, Options::ENABLE_TABLES).peekable();
    while let Some(event) = parser.next() {
        if let Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) = &event
            && let Some(known) = LANGUAGES.iter().position(|(name, _)| **name == **language)
        {
            examples.push(Example { language: known, events: block(event, &mut parser) });
            continue;
        }
        if !examples.is_empty() {
            groups += 1;
            push_examples(&mut done, std::mem::take(&mut examples), groups);
        }
        match event {
            Event::Start(Tag::Heading { level, classes, attrs, .. }) => {
                let inner = until_end(&mut parser);
                let id = Some(CowStr::from(anchor(&inner)));
                done.push(Event::Start(Tag::Heading { level, id, classes, attrs }));
                done.extend(inner);
            }
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let dest_url = link(dest_url);
                done.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
            }
            Event::Start(Tag::Table(alignments)) => {
                done.push(Event::Html("<div class=\"scroll\">".into()));
                done.push(Event::Start(Tag::Table(alignments)));
            }
            Event::End(TagEnd::Table) => {
                done.push(Event::End(TagEnd::Table));
                done.push(Event::Html("</div>\n".into()));
            }
            other => done.push(other),
        }
    }
    if !examples.is_empty() {
        push_examples(&mut done, examples, groups + 1);
    }
    done
}

/// A program in one of [`LANGUAGES`].
struct Example<'a> {
    language: usize,
    events: Vec<Event<'a>>,
}

/// Returns a block from its start to its end, both with it.
fn block<'a>(start: Event<'a>, parser: &mut impl Iterator<Item = Event<'a>>) -> Vec<Event<'a>> {
    let mut events = vec![start];
    events.extend(until_end(parser));
    events
}

/// Returns what stands up to the end of the element that has begun, the end with it.
fn until_end<'a>(parser: &mut impl Iterator<Item = Event<'a>>) -> Vec<Event<'a>> {
    let mut events = Vec::new();
    let mut depth = 1_usize;
    for event in parser {
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        events.push(event);
        if depth == 0 {
            break;
        }
    }
    events
}

/// Puts the examples behind tabs, which need no script.
fn push_examples<'a>(done: &mut Vec<Event<'a>>, examples: Vec<Example<'a>>, group: usize) {
    let mut tabs = "<div class=\"tabs\">".to_owned();
    for (index, example) in examples.iter().enumerate() {
        let (name, title) = LANGUAGES[example.language];
        let id = format!("example-{group}-{name}");
        let checked = if index == 0 { " checked" } else { "" };
        let _ = write!(
            tabs,
            "<input type=\"radio\" name=\"example-{group}\" id=\"{id}\"{checked}>\
             <label for=\"{id}\">{title}</label>"
        );
    }
    tabs.push('\n');
    done.push(Event::Html(tabs.into()));
    done.extend(examples.into_iter().flat_map(|example| example.events));
    done.push(Event::Html("</div>\n".into()));
}

/// Returns the anchor of a heading, as it is where the text is read in a repository.
fn anchor(heading: &[Event<'_>]) -> String {
    let mut anchor = String::new();
    for event in heading {
        let (Event::Text(text) | Event::Code(text)) = event else { continue };
        for letter in text.chars() {
            match letter {
                ' ' => anchor.push('-'),
                '-' | '_' => anchor.push(letter),
                _ if letter.is_alphanumeric() => anchor.extend(letter.to_lowercase()),
                _ => {}
            }
        }
    }
    anchor
}

/// Returns where a link of a text leads on the server.
fn link(dest: CowStr<'_>) -> CowStr<'_> {
    let (file, anchor) = dest.split_once('#').map_or((&*dest, None), |(file, at)| (file, Some(at)));
    let Some(name) = file.strip_suffix(".md") else { return dest };
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    format!("{}{anchor}", address(name)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_link_leads_to_a_page_and_an_anchor() {
        for page in pages() {
            for part in page.html.split("href=\"").skip(1) {
                let target = part.split('"').next().unwrap();
                let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
                let to = match path {
                    "" => page,
                    "/docs" => &pages()[0],
                    _ => match path.strip_prefix("/docs/") {
                        Some("style.css") | None => continue,
                        Some(name) => self::page(name)
                            .unwrap_or_else(|| panic!("{}: no page at {target}", page.name)),
                    },
                };
                let is_there = anchor.is_empty() || to.html.contains(&format!("id=\"{anchor}\""));
                assert!(is_there, "{}: no anchor at {target}", page.name);
            }
        }
    }

    #[test]
    fn examples_of_one_thing_stand_behind_tabs() {
        let mut out = String::new();
        let text = "# A `b` c\n\n```sh\na < b\n```\n\n```python\nc\n```\n\n```json\n{}\n```\n";
        html::push_html(&mut out, events(text).into_iter());
        assert_eq!(
            out,
            "<h1 id=\"a-b-c\">A <code>b</code> c</h1>\n\
             <div class=\"tabs\"><input type=\"radio\" name=\"example-1\" id=\"example-1-sh\" checked>\
             <label for=\"example-1-sh\">curl</label>\
             <input type=\"radio\" name=\"example-1\" id=\"example-1-python\">\
             <label for=\"example-1-python\">Python</label>\n\
             <pre><code class=\"language-sh\">a &lt; b\n</code></pre>\n\
             <pre><code class=\"language-python\">c\n</code></pre>\n</div>\n\
             <pre><code class=\"language-json\">{}\n</code></pre>\n"
        );
    }
}
