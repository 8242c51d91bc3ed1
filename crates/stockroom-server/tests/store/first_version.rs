//! What a database of the first version held is there in all later ones.

use stockroom_api::inventory::Which;
use stockroom_api::key::Access;
use stockroom_api::scope::KeyScopes;
use stockroom_server::store::Store;
use stockroom_server::store::history::{HistoryFilter, Part};
use stockroom_server::store::keys::StoreAccess;

use crate::suite::{FIRST, LIVE, TEST, now};

/// Expects its products, levels, history and runs.
pub(crate) async fn check_products<S: Store>(store: &S) {
    for (scope, level) in [(TEST, 7), (LIVE, 8)] {
        let product = store.product(scope, "B-2").await.unwrap().unwrap();
        assert_eq!((product.id.as_str(), product.quantity), ("b", Some(level)));
        let page = store.inventory(scope, Which::All, FIRST).await.unwrap();
        assert_eq!((page.total, page.items.len()), (1, 1));
        assert_ne!(store.version(scope).await.unwrap().0, 0);
    }
    let product = store.product(TEST, "b").await.unwrap().unwrap();
    assert_eq!((product.variants.len(), product.variants[0].quantity), (1, Some(3)));
    // The history of one product is what the whole history says of it.
    let part = Part { after: None, limit: 100 };
    for (scope, afters) in [(TEST, vec![3]), (LIVE, vec![8, 9, 6, 8])] {
        for product in [None, Some("B-2".to_owned())] {
            let filter = HistoryFilter { product, ..HistoryFilter::default() };
            let page = store.history(scope, filter, part).await.unwrap().unwrap();
            let found: Vec<i64> = page.items.iter().map(|entry| entry.after).collect();
            assert_eq!(found, afters);
        }
    }
    let whole = Part { after: None, limit: 100 };
    let runs = store.runs(LIVE, None, whole).await.unwrap().items;
    let [run] = &runs[..] else { panic!("one run: {runs:?}") };
    assert_eq!((run.run_id.as_str(), run.reason.as_deref()), ("run", Some("comptage")));
    assert_eq!((run.requests, run.products, run.levels), (2, 1, 3));
    assert_eq!((run.units_added, run.units_removed), (3, 3));
    assert_eq!((run.key.as_ref().unwrap().id.as_str(), run.by_session), ("key", None));
}

/// Expects its keys to have all scopes of their access, from anywhere.
pub(crate) async fn check_keys<S: Store>(store: &S) {
    for (byte, id, access) in [(1, "reads", Access::Read), (2, "writes", Access::Write)] {
        let found = store.find_key([byte; 32], now()).await.unwrap().unwrap();
        assert_eq!((found.who.id(), found.scopes), (id, KeyScopes::unless_said(access)));
        assert_eq!((found.networks.len(), found.store_access), (0, StoreAccess::FULL));
    }
    let (session, _) = store.find_session([3; 32], now()).await.unwrap().unwrap();
    assert_eq!((session.scopes, session.ends_by), (KeyScopes::of(Access::Write), None));
}
