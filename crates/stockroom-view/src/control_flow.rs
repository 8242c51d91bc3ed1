//! `<Show>` and `<For>`.

use std::rc::Rc;

use crate::parts::prelude::{Owner, component, untrack};

use crate::block::{Block, follow};
use crate::children::{ChildrenFn, ViewFn};
use crate::signal::Memo;
use crate::view::{IntoView, Part, View};

/// Shows its children while `when` holds, else the fallback.
#[component]
pub fn Show<W>(
    /// What is shown.
    children: ChildrenFn,
    /// Whether it is shown.
    when: W,
    /// What is shown otherwise.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView
where
    W: Fn() -> bool + Send + Sync + 'static,
{
    show(children, Memo::new(move |_| when()), fallback)
}

fn show(children: ChildrenFn, is_shown: Memo<bool>, other: ViewFn) -> View {
    (move || if is_shown.get() { children() } else { other.run() }).into_view()
}

/// What tells one row of a list from another.
pub trait RowKey {
    /// Returns it as numbers that no other row has.
    fn numbers(&self) -> (u64, u64);
}

impl RowKey for (usize, u64) {
    fn numbers(&self) -> (u64, u64) {
        (self.0 as u64, self.1)
    }
}

impl RowKey for usize {
    fn numbers(&self) -> (u64, u64) {
        (*self as u64, 0)
    }
}

impl RowKey for u32 {
    fn numbers(&self) -> (u64, u64) {
        (u64::from(*self), 0)
    }
}

/// Shows a view for each item, which stays while its key does.
#[component]
pub fn For<IF, I, T, EF, N, KF, K>(
    /// The items.
    each: IF,
    /// What keeps an item's view the same.
    key: KF,
    /// The view of an item.
    children: EF,
) -> impl IntoView
where
    IF: Fn() -> I + 'static,
    I: IntoIterator<Item = T> + 'static,
    EF: Fn(T) -> N + 'static,
    N: IntoView + 'static,
    KF: Fn(&T) -> K + 'static,
    K: RowKey + 'static,
    T: 'static,
{
    let children = Rc::new(children);
    list(Box::new(move |rows| {
        for item in each() {
            let numbers = key(&item).numbers();
            let children = Rc::clone(&children);
            rows.push((numbers, Box::new(move || children(item).into_view())));
        }
    }))
}

/// A row that is to be shown: its key, and what makes its view.
type Wanted = ((u64, u64), Box<dyn FnOnce() -> View>);

/// Collects the rows that are to be shown.
type Each = Box<dyn FnMut(&mut Vec<Wanted>)>;

/// A row that is shown; its owner ends with it.
struct Row {
    key: (u64, u64),
    owner: Owner,
    block: Rc<Block>,
}

impl Row {
    fn new(key: (u64, u64), parent: &Owner, build: Box<dyn FnOnce() -> View>) -> Self {
        let owner = parent.with(Owner::new);
        let block = Block::empty();
        block.set(untrack(|| owner.with(build)));
        Self { key, owner, block }
    }

    fn view(&self) -> View {
        View(Part::Block(Rc::clone(&self.block)))
    }
}

fn list(mut each: Each) -> View {
    let block = Block::empty();
    let shown = Rc::clone(&block);
    let parent = Owner::current().unwrap_or_default();
    let mut rows: Vec<Row> = Vec::new();
    follow(Box::new(move || {
        let mut wanted = Vec::new();
        each(&mut wanted);
        let mut old: Vec<Option<Row>> = std::mem::take(&mut rows).into_iter().map(Some).collect();
        for (key, build) in wanted {
            let is_same = |row: &&mut Option<Row>| row.as_ref().is_some_and(|row| row.key == key);
            let kept = old.iter_mut().find(is_same).and_then(Option::take);
            rows.push(kept.unwrap_or_else(|| Row::new(key, &parent, build)));
        }
        for row in old.into_iter().flatten() {
            row.owner.cleanup();
            row.view().unmount();
        }
        arrange(&shown, &rows);
    }));
    View(Part::Block(block))
}

/// Brings the rows into their order, from the last on; those that stand right are not touched.
fn arrange(shown: &Block, rows: &[Row]) {
    if let Some((parent, mark)) = shown.place() {
        let mut next = mark.clone();
        for row in rows.iter().rev() {
            let follower = row.block.place().and_then(|(_, mark)| mark.next_sibling());
            if follower.as_ref() != Some(&next) {
                row.block.mount(&parent, Some(&next));
            }
            let mut first = None;
            row.block.each_node(&mut |node| {
                first.get_or_insert_with(|| node.clone());
            });
            next = first.unwrap_or(next);
        }
    }
    shown.set(View(Part::Many(rows.iter().map(Row::view).collect())));
}
