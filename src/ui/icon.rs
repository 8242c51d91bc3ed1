//! Icons as inline SVG, drawn on a grid of 18.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// A box: the inventory.
    Box,
    /// An arrow out of a tray: update stock.
    Upload,
    /// An arrow into a tray: export.
    Download,
    /// A clock: history.
    Clock,
    /// A label on a string: products.
    Label,
    /// Three points that are joined: webhooks.
    Hook,
    /// Two heads: people.
    People,
    /// Sliders: settings.
    Sliders,
    /// A sheet in columns.
    Columns,
    /// Two arrows in a circle: refresh.
    Refresh,
    /// A lens: search.
    Search,
    /// A cross: close.
    Close,
    /// Points to the end of the line: closed, next.
    Chevron,
    /// A tick: done.
    Check,
    /// A triangle with a mark: warning.
    Warning,
    /// A circle with a mark: error.
    Error,
    /// A circle with an i: information.
    Info,
    /// Plus.
    Plus,
    /// Minus.
    Minus,
    /// Two sheets: copy.
    Copy,
    /// A key.
    Key,
    /// A door with an arrow: sign out.
    Leave,
    /// Arrow up: sorted, smallest first.
    Up,
    /// Arrow down: sorted, largest first.
    Down,
    /// Two arrows: sort.
    Sort,
    /// Keyboard.
    Keyboard,
    /// A sheet of paper.
    File,
    /// Two bars: pause.
    Pause,
    /// A triangle: resume.
    Play,
    /// A square: stop.
    Stop,
    /// An arrow back: undo.
    Undo,
    /// An arrow on: redo.
    Redo,
}

impl Sign {
    /// Tells whether it points along the line, and turns with it.
    fn turns(self) -> bool {
        matches!(self, Self::Leave | Self::Undo | Self::Redo)
    }

    fn path(self) -> &'static str {
        match self {
            Self::Box => "M3 6.5 9 3.5l6 3v6.5l-6 3-6-3zM3 6.5l6 3 6-3M9 9.5V16",
            Self::Upload => "M9 11.5V3.5M5.8 6.5 9 3.300l3.2 3.200M3.5 11.5v3h11v-3",
            Self::Download => "M9 3.5v8M5.8 8.5 9 11.700l3.2-3.200M3.5 11.5v3h11v-3",
            Self::Sliders => {
                "M3.5 5h4M10.5 5h4M3.5 9h7M13.5 9h1M3.5 13h2M8.5 13h6M9 3.5v3M12 7.5v3M7 11.5v3"
            }
            Self::Clock => "M9 15.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM9 5.500V9l2.500 1.500",
            Self::Label => "M3.5 3.5h5.300l6.200 6.200-5.300 5.300-6.200-6.200zM6.600 6.600v.1",
            Self::Hook => {
                "M9 6.500a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600zM4.600 15a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600zM13.400 15a1.800 1.800 0 1 0 0-3.600 1.800 1.800 0 0 0 0 3.600zM8.100 6.300 5.400 11.500M9.900 6.300l2.700 5.200M6.500 13.200h5"
            }
            Self::People => {
                "M7 8.500a2.600 2.600 0 1 0 0-5.200 2.600 2.600 0 0 0 0 5.200zM2.300 14.700v-.5a3.500 3.500 0 0 1 3.500-3.500h2.400a3.500 3.500 0 0 1 3.500 3.500v.5M11.800 3.500a2.600 2.600 0 0 1 0 4.800M13.200 10.900a3.500 3.500 0 0 1 2.500 3.300v.5"
            }
            Self::Columns => "M3 4h12v10H3zM7 4v10M11 4v10",
            Self::Refresh => {
                "M14.5 8A5.6 5.6 0 0 0 4.4 5.600L3.5 6.700M3.5 3.700v3h3M3.5 10a5.6 5.6 0 0 0 10.1 2.400l.9-1.100M14.5 14.300v-3h-3"
            }
            Self::Search => "M8 13A5 5 0 1 0 8 3a5 5 0 0 0 0 10zM11.7 11.7 15 15",
            Self::Close => "M4.5 4.5l9 9M13.5 4.5l-9 9",
            Self::Chevron => "M7 4.5 11.5 9 7 13.5",
            Self::Check => "M3.8 9.5 7.3 13l7-8",
            Self::Warning => "M9 3 16 15H2zM9 7.5v3.200M9 12.800v.1",
            Self::Error => "M9 15.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM9 5.700v4M9 12.200v.1",
            Self::Info => "M9 15.5a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM9 8.300v4M9 5.700v.1",
            Self::Plus => "M9 4v10M4 9h10",
            Self::Minus => "M4 9h10",
            Self::Copy => "M6.5 6.5h8v8h-8zM11.5 6.5v-3h-8v8h3",
            Self::Key => "M6 13.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8.2 8.3 14.5 3M12 5l2 2.3",
            Self::Leave => "M10.5 3.5h-7v11h7M7.5 9h7.5M12.3 6.2 15 9l-2.7 2.8",
            Self::Up => "M9 14V4M5.5 7.5 9 4l3.5 3.5",
            Self::Down => "M9 4v10M5.5 10.5 9 14l3.5-3.5",
            Self::Sort => "M6 14V4M3.5 6.5 6 4l2.5 2.5M12 4v10M9.5 11.5 12 14l2.5-2.5",
            Self::Keyboard => "M2.5 5h13v8h-13zM5 7.5v.1M8 7.5v.1M11 7.5v.1M13 7.5v.1M6 10.5h6",
            Self::File => "M4.5 2.5h6l3 3v10h-9zM10.5 2.5v3h3",
            Self::Pause => "M6.5 4v10M11.5 4v10",
            Self::Play => "M6 3.8 14 9l-8 5.200z",
            Self::Stop => "M5 5h8v8H5z",
            Self::Undo => "M3.5 7h7a4 4 0 0 1 0 8H7M6.5 4l-3 3 3 3",
            Self::Redo => "M14.5 7h-7a4 4 0 0 0 0 8H11M11.5 4l3 3-3 3",
        }
    }
}

/// An icon; it says nothing to a screen reader, a word stands beside it.
#[component]
pub fn Icon(
    /// What it shows.
    sign: Sign,
) -> impl IntoView {
    view! {
        <svg class=if sign.turns() { "icon turns" } else { "icon" } viewBox="0 0 18 18" aria-hidden="true" focusable="false">
            <path d=sign.path() />
        </svg>
    }
}
