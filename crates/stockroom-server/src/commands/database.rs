//! Which database a command works on.

use std::fmt;
use std::path::{Path, PathBuf};

use super::{CommandError, Ended};
use crate::store::StoreError;
use crate::store::postgres::PostgresStore;
use crate::store::postgres::target::Target;
use crate::store::sqlite::SqliteStore;

/// The name of the database in its folder.
pub(crate) const DATABASE: &str = "stockroom.db";

/// Where the database is.
#[derive(Clone, Debug, clap::Args)]
pub struct DataArgs {
    /// The folder that holds the database, made where it is missing
    #[arg(long, value_name = "DIR", default_value = "./data", env = "STOCKROOM_DATA")]
    pub data: PathBuf,
    /// The database itself instead: a file, or one of PostgreSQL, which many servers may share
    #[arg(
        long,
        value_name = "FILE|postgres://…",
        env = "STOCKROOM_DATABASE",
        hide_env_values = true
    )]
    pub database: Option<String>,
}

/// A database.
#[derive(Debug)]
pub(super) enum Place {
    /// A file of SQLite.
    File(PathBuf),
    /// One of PostgreSQL.
    Postgres(Box<Target>),
}

impl Place {
    /// Reads a file's name or the address of a database, the value of `option`.
    ///
    /// # Errors
    /// [`CommandError`], which says nothing of an address: it holds a password.
    pub(super) fn parse(option: &str, database: &str) -> Ended<Self> {
        if database.starts_with("postgres://") || database.starts_with("postgresql://") {
            return Ok(Self::Postgres(Box::new(target(database, option)?)));
        }
        let file = database.strip_prefix("sqlite:").unwrap_or(database);
        if file.is_empty() || file.contains("://") {
            return Err(CommandError::new(format!(
                "{option} takes a file, or an address that begins with postgres://."
            )));
        }
        Ok(Self::File(file.into()))
    }
}

/// A database as people are told of it, without secrets.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(file) => write!(f, "{}", file.display()),
            Self::Postgres(target) => write!(f, "{target}"),
        }
    }
}

impl DataArgs {
    /// Returns the database that is meant.
    pub(super) fn place(&self) -> Ended<Place> {
        let Some(database) = &self.database else {
            return Ok(Place::File(self.data.join(DATABASE)));
        };
        Place::parse("--database", database)
    }

    /// Returns the file of the database, for what is done with files.
    ///
    /// # Errors
    /// [`CommandError`] where the database is one of PostgreSQL, with `instead` to do.
    pub(super) fn file(&self, instead: &str) -> Ended<PathBuf> {
        match self.place()? {
            Place::File(file) => Ok(file),
            Place::Postgres(_) => Err(CommandError::new(format!(
                "this works on files, and the database is one of PostgreSQL. {instead}"
            ))),
        }
    }

    /// Returns the database as people are told of it, without secrets.
    pub(super) fn shown(&self) -> String {
        match self.place() {
            Ok(Place::File(_)) if self.database.is_none() => self.data.display().to_string(),
            Ok(place) => place.to_string(),
            Err(_) => String::new(),
        }
    }

    /// Returns the option that names the database, as people are told of it.
    pub(super) fn option(&self) -> String {
        let name = if self.database.is_none() { "--data" } else { "--database" };
        format!("{name} {}", self.shown())
    }
}

/// Reads an address of PostgreSQL. What is wrong with one is said without it: it holds a password.
pub(super) fn target(address: &str, option: &str) -> Ended<Target> {
    let target = Target::parse(address);
    target.map_err(|error| CommandError::new(format!("{option}: {error}.")))
}

/// Opens a file, making it and its folder where they are missing.
pub(super) async fn open_file(file: &Path) -> Ended<SqliteStore> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(|error| {
            let folder = folder.display();
            CommandError::new(format!(
                "cannot make the folder {folder}: {error}. Choose another with --data."
            ))
        })?;
    }
    SqliteStore::open(file).await.map_err(|error| {
        let file = file.display();
        if let StoreError::Unfinished = error {
            return unfinished(&file);
        }
        CommandError::new(format!(
            "cannot open {file}: {error}. Check that the folder can be written to, or choose \
             another with --data."
        ))
    })
}

/// Opens a database of PostgreSQL.
pub(super) async fn open_postgres(target: Target) -> Ended<PostgresStore> {
    let shown = target.to_string();
    PostgresStore::open(target).await.map_err(|error| {
        if let StoreError::Unfinished = error {
            return unfinished(&shown);
        }
        CommandError::new(format!(
            "cannot open {shown}: {error}. Check the address, the password, and that the user may \
             make tables there."
        ))
    })
}

/// Returns a text without what stands before the `@` of its addresses: who asks, and with which secret.
pub fn without_secrets(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([' ', '\n', '\'', '"']).unwrap_or(part.len());
        let from = part[..end].rfind('@').map_or(0, |at| at + 1);
        shown.push_str("://");
        shown.push_str(&part[from..]);
    }
    shown
}

fn unfinished(shown: &dyn fmt::Display) -> CommandError {
    CommandError::new(format!(
        "cannot open {shown}: a copy into it is not finished. Run the same `stockroom copy` again: it goes \
         on where it was."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(database: Option<&str>) -> DataArgs {
        DataArgs { data: "dir".into(), database: database.map(str::to_owned) }
    }

    #[test]
    fn a_text_is_shown_without_the_secrets_of_its_addresses() {
        let text = "unexpected 'postgres://shop:s3cret@db/stock?a=b' and sqlite:/a@b, http://c";
        let shown = "unexpected 'postgres://db/stock?a=b' and sqlite:/a@b, http://c";
        assert_eq!(without_secrets(text), shown);
        assert_eq!(without_secrets("postgres://a:b@c@db"), "postgres://db");
    }

    #[test]
    fn a_database_is_a_folder_a_file_or_an_address() {
        let file = |database| match args(database).place() {
            Ok(Place::File(file)) => file.display().to_string(),
            other => format!("{other:?}"),
        };
        assert_eq!(file(None), "dir/stockroom.db");
        assert_eq!(file(Some("shop.db")), "shop.db");
        assert_eq!(file(Some("sqlite:/srv/shop.db")), "/srv/shop.db");
        assert_eq!(args(None).option(), "--data dir");
        let postgres = args(Some("postgresql://shop:s3cret@db:5433/stock"));
        assert!(matches!(postgres.place(), Ok(Place::Postgres(_))));
        assert_eq!(postgres.option(), "--database postgres://db:5433/stock");
        for wrong in ["", "mysql://shop:s3cret@db/stock", "postgres://shop:s3cret@db:x/stock"] {
            let said = args(Some(wrong)).place().unwrap_err().to_string();
            assert!(!said.contains("s3cret"), "{said}");
        }
    }
}
