//! The connection to the database is encrypted, and to nobody but the server that was meant.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use stockroom_server::store::Stored;
use stockroom_server::store::postgres::PostgresStore;
use stockroom_server::store::postgres::target::Target;

use crate::cluster::{Cluster, Database, SAFE, Setup};
use crate::suite;

/// Who may connect: the shop by TLS alone, whoever sets up the test as they like.
const WHO: &str = "hostssl all shop 127.0.0.1/32 trust\nhost all stockroom 127.0.0.1/32 trust\n";

/// An authority that vouches for servers, and its certificate in a file.
struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    file: tempfile::NamedTempFile,
}

impl Authority {
    fn make(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), issuer.pem()).unwrap();
        Self { issuer, file }
    }

    /// Starts a database for whose server, by this name, it vouches.
    fn database(&self, name: &str) -> Database {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new([name.to_owned()]).unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let database = Cluster::database_of(&Setup {
            files: &[
                ("server.crt", certificate.pem()),
                ("server.key", key.serialize_pem()),
                ("pg_hba.conf", WHO.to_owned()),
            ],
            settings: &["ssl=on", "ssl_cert_file=DIR/server.crt", "ssl_key_file=DIR/server.key"],
            ..SAFE
        });
        database.rows("create role shop superuser login");
        database
    }

    async fn open(&self, database: &Database, mode: &str) -> Stored<PostgresStore> {
        let file = self.file.path().to_str().unwrap();
        let url = database.url().replace("stockroom@", "shop@");
        let url = format!("{url}?sslmode={mode}&sslrootcert={file}");
        PostgresStore::open(Target::parse(&url).unwrap()).await
    }
}

#[tokio::test]
async fn a_server_that_is_vouched_for_is_spoken_to_and_no_other() {
    let (ours, other) = (Authority::make("Ours"), Authority::make("Another"));
    let database = ours.database("127.0.0.1");
    let store = ours.open(&database, "verify-full").await.unwrap();
    suite::run(suite::Case::WritesLast, &store).await;
    let by_tls = "select count(*) from pg_stat_ssl s join pg_stat_activity a using (pid)
         where a.usename = 'shop' and s.ssl";
    assert!(database.number(by_tls) > 0);
    for mode in ["require", "verify-full"] {
        let refused = other.open(&database, mode).await.unwrap_err();
        assert!(refused.to_string().contains("UnknownIssuer"), "{refused}");
    }
    let plain = ours.open(&database, "disable").await.unwrap_err();
    assert!(plain.to_string().contains("no encryption"), "{plain}");
    // The same authority, for a server of another name.
    let elsewhere = ours.database("db.example.com");
    let refused = ours.open(&elsewhere, "verify-full").await.unwrap_err();
    assert!(refused.to_string().contains("not valid for name"), "{refused}");
}
