//! The browser's address as a signal, and the ways to change it.

use leptos::prelude::*;

use super::{ProductsView, Route, Under};
use crate::browser::address;

/// The current route and the ways to another; copy it into closures.
#[derive(Clone, Copy, Debug)]
pub struct Navigator {
    route: RwSignal<Route>,
    /// The list that was shown last.
    under: StoredValue<Under>,
    /// Asked before the app leaves a screen: `false` stays.
    guard: StoredValue<Option<Guard>>,
}

type Guard = std::sync::Arc<dyn Fn(&Route) -> bool + Send + Sync>;

/// Returns the navigator that the app provides.
pub fn use_navigator() -> Navigator {
    expect_context::<Navigator>()
}

impl Navigator {
    /// Starts at the browser's address and follows its back and forward, and clicks on links.
    ///
    /// Call it once, at the app's root.
    pub fn start() -> Self {
        let navigator = Self {
            route: RwSignal::new(Route::Unknown),
            under: StoredValue::new(Under::Products(ProductsView::default())),
            guard: StoredValue::new(None),
        };
        navigator.show(current());
        address::on_travel(move || navigator.travelled());
        address::on_link(move |path, query| {
            navigator.go(&Route::parse(path, query));
        });
        navigator
    }

    /// Returns the current route and follows it.
    pub fn route(self) -> Route {
        self.route.get()
    }

    /// Returns the current route without following it.
    pub fn route_untracked(self) -> Route {
        self.route.get_untracked()
    }

    /// Returns the list of products that was shown last; all products where none was.
    pub fn under(self) -> Under {
        self.under.get_value()
    }

    /// Goes to another route, with a new entry in the browser's history.
    pub fn go(self, route: &Route) {
        if !self.may_leave(route) {
            return;
        }
        if *route != self.route.get_untracked() {
            address::push(&route.href());
        }
        self.show(route.clone());
    }

    /// Changes what the current screen shows, without a new entry in the browser's history.
    pub fn replace(self, route: &Route) {
        address::replace(&route.href());
        self.show(route.clone());
    }

    /// Has `guard` asked before every change of route; it returns whether that may happen.
    ///
    /// The guard ends with [`Navigator::clear_guard`]; a page sets it on mount and clears it on
    /// cleanup.
    pub fn set_guard(self, guard: impl Fn(&Route) -> bool + Send + Sync + 'static) {
        self.guard.set_value(Some(std::sync::Arc::new(guard)));
    }

    /// Removes the guard.
    pub fn clear_guard(self) {
        self.guard.try_set_value(None);
    }

    fn show(self, route: Route) {
        if let Some(under) = route.list() {
            self.under.set_value(under);
        }
        self.route.set(route);
    }

    fn may_leave(self, to: &Route) -> bool {
        let guard = self.guard.get_value();
        guard.is_none_or(|guard| guard(to))
    }

    fn travelled(self) {
        let route = current();
        if self.may_leave(&route) {
            self.show(route);
        } else {
            address::push(&self.route.get_untracked().href());
        }
    }
}

fn current() -> Route {
    let (path, query) = address::current();
    Route::parse(&path, &query)
}
