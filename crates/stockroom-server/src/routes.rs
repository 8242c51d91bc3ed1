//! The endpoints that ask who calls them, each with what it asks and how its requests are counted.
//!
//! Both are said where the endpoint is added, in its [`Rule`], and nowhere else: a handler gets its
//! caller by [`crate::auth::Allowed`] or [`crate::request::WriteRequest`], which obey the rule of the
//! endpoint that was called and refuse where there is none. So a new endpoint cannot be left open, and
//! tests can walk all of them by [`Routes::rules`].

use std::sync::Arc;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use axum::routing::{MethodFilter, on};
use stockroom_api::account::Role;
use stockroom_api::scope::KeyScope;

use crate::app::App;
use crate::limits::Class;
use crate::store::Store;

/// What an endpoint is, and what it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The method.
    pub verb: Verb,
    /// The address, as the router matches it.
    pub path: String,
    /// What it asks.
    pub terms: Terms,
}

/// What an endpoint asks of those who call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terms {
    /// A key with a scope, or somebody whose role has it; a scope that writes takes a secret key as well.
    Scope {
        /// The scope.
        scope: KeyScope,
        /// As what its requests are counted.
        class: Class,
    },
    /// Somebody who signed in by name and has this role or a higher one; no key. It is not counted, like
    /// the session itself.
    Person(Role),
}

/// The methods of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// GET, and with it HEAD.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// PATCH.
    Patch,
    /// DELETE.
    Delete,
}

/// Endpoints, with their handlers and rules.
#[derive(Debug)]
pub struct Routes<S> {
    router: Router<App<S>>,
    rules: Vec<Rule>,
}

/// The rules of all endpoints.
#[derive(Clone, Debug)]
pub struct Rules(Arc<[Rule]>);

impl Rule {
    /// Returns the rule of an endpoint that takes a key.
    pub fn new(verb: Verb, path: &str, scope: KeyScope, class: Class) -> Self {
        Self { verb, path: path.to_owned(), terms: Terms::Scope { scope, class } }
    }

    /// Returns the rule of an endpoint for people with this role or a higher one.
    pub fn for_people(verb: Verb, path: &str, role: Role) -> Self {
        Self { verb, path: path.to_owned(), terms: Terms::Person(role) }
    }
}

impl Terms {
    /// Returns the scope that is asked for, where one is.
    pub fn scope(self) -> Option<KeyScope> {
        match self {
            Self::Scope { scope, .. } => Some(scope),
            Self::Person(_) => None,
        }
    }

    /// Returns as what requests are counted, where they are.
    pub fn class(self) -> Option<Class> {
        match self {
            Self::Scope { class, .. } => Some(class),
            Self::Person(_) => None,
        }
    }
}

impl Verb {
    /// Returns the method's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET | Method::HEAD => Some(Self::Get),
            Method::POST => Some(Self::Post),
            Method::PUT => Some(Self::Put),
            Method::PATCH => Some(Self::Patch),
            Method::DELETE => Some(Self::Delete),
            _ => None,
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

impl<S: Store> Routes<S> {
    /// Returns no endpoints.
    pub fn new() -> Self {
        Self { router: Router::new(), rules: Vec::new() }
    }

    /// Adds an endpoint.
    #[must_use]
    pub fn add<H, T>(mut self, rule: Rule, handler: H) -> Self
    where
        H: Handler<T, App<S>>,
        T: 'static,
    {
        self.router = self.router.route(&rule.path, on(rule.verb.filter(), handler));
        self.rules.push(rule);
        self
    }

    /// Adds all endpoints of `others`.
    #[must_use]
    pub fn merge(mut self, others: Self) -> Self {
        self.router = self.router.merge(others.router);
        self.rules.extend(others.rules);
        self
    }

    /// Returns the rules in the order in which they were added.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Returns the endpoints, and their rules for [`know_terms`].
    pub fn into_parts(self) -> (Router<App<S>>, Rules) {
        (self.router, Rules(self.rules.into()))
    }
}

impl<S: Store> Default for Routes<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl Rules {
    fn terms(&self, request: &Request) -> Option<Terms> {
        let path = request.extensions().get::<MatchedPath>()?.as_str();
        let verb = Verb::of(request.method())?;
        let is_it = |rule: &&Rule| rule.verb == verb && rule.path == path;
        self.0.iter().find(is_it).map(|rule| rule.terms)
    }
}

/// Gives a request the terms of the endpoint that it calls, where it calls one that has a rule.
pub async fn know_terms(State(rules): State<Rules>, mut request: Request, next: Next) -> Response {
    if let Some(terms) = rules.terms(&request) {
        request.extensions_mut().insert(terms);
    }
    next.run(request).await
}
