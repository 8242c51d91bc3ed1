//! Pages far inside of a list are those that a walk finds, whatever happens to the products.

use stockroom_api::inventory::Which;
use stockroom_server::store::data::{Page, Scope};
use stockroom_server::store::products::ProductFilter;
use stockroom_server::store::{Store, StoreError, Transaction as _};

use super::suite::{TEST, now, product};

const PRODUCTS: usize = 6_000;

/// The page of a hundred after 5,400 products.
const DEEP: Page = Page { number: 55, limit: 100 };

/// Reads the page of both lists, often enough for it to be found by each way there is.
async fn check<S: Store>(store: &S, skus: &[String]) {
    let wanted = &skus[5_400..5_500];
    for _ in 0..4 {
        let page = store.inventory(TEST, Which::All, DEEP).await.unwrap();
        let found: Vec<String> =
            page.items.into_iter().filter_map(|item| item.external_id).collect();
        assert_eq!((found.as_slice(), page.total), (wanted, skus.len() as u64));
        let page = store.products(TEST, ProductFilter::default(), DEEP).await.unwrap();
        let found: Vec<String> =
            page.items.into_iter().filter_map(|item| item.external_id).collect();
        assert_eq!((found.as_slice(), page.total), (wanted, skus.len() as u64));
    }
    let beyond = Page { number: 1_000, limit: 100 };
    let page = store.inventory(TEST, Which::All, beyond).await.unwrap();
    assert!(page.items.is_empty() && !page.has_more);
}

async fn add<S: Store>(store: &S, scope: Scope, sku: &str) {
    store.fill(scope, vec![product(sku, Some(sku))], now()).await.unwrap();
}

pub(crate) async fn deep_pages_follow_the_products<S: Store>(store: &S) {
    let mut skus: Vec<String> = (0..PRODUCTS).map(|number| format!("S-{number:04}")).collect();
    let rows = skus.iter().map(|sku| product(sku, Some(sku))).collect();
    store.fill(TEST, rows, now()).await.unwrap();
    check(store, &skus).await;
    add(store, TEST, "S-0000a").await;
    skus.insert(1, "S-0000a".to_owned());
    check(store, &skus).await;
    // Another's products move nothing here.
    let live = Scope { environment: stockroom_api::key::Environment::Live, ..TEST };
    add(store, live, "A").await;
    check(store, &skus).await;
    let work = store.write(|tx| {
        Box::pin(async move {
            let renamed = tx.product_record(TEST, "S-0001").await?.unwrap();
            let mut fields = renamed.fields.clone();
            fields.external_id = Some("Z".to_owned());
            tx.update_products(TEST, &[(renamed.number, fields)], now()).await?;
            let deleted = tx.product_record(TEST, "S-0002").await?.unwrap();
            tx.delete_product(TEST, deleted.number, now()).await?;
            Ok::<_, StoreError>(())
        })
    });
    work.await.unwrap();
    skus.retain(|sku| !matches!(sku.as_str(), "S-0001" | "S-0002"));
    skus.push("Z".to_owned());
    check(store, &skus).await;
}
