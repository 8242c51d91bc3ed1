//! One function for each element of HTML.

use crate::parts::html;
use ::tachys::html::element::ElementType;

use super::El;

/// Makes the functions; Leptos knows the element's type in the browser.
macro_rules! tags {
    ($($name:ident $kind:ident)+) => {
        $(
            #[doc = concat!("Returns a new `<", stringify!($name), ">`.")]
            pub fn $name() -> El<<html::$kind as ElementType>::Output> {
                El::new(stringify!($name))
            }
        )+
    };
}

tags! {
    a A abbr Abbr address Address article Article aside Aside b B bdi Bdi bdo Bdo
    blockquote Blockquote br Br button Button caption Caption cite Cite code Code col Col
    colgroup Colgroup data Data datalist Datalist dd Dd del Del details Details dfn Dfn
    dialog Dialog div Div dl Dl dt Dt em Em fieldset Fieldset figcaption Figcaption figure Figure
    footer Footer form Form h1 H1 h2 H2 h3 H3 h4 H4 h5 H5 h6 H6 header Header hgroup Hgroup hr Hr
    i I img Img input Input ins Ins kbd Kbd label Label legend Legend li Li main Main mark Mark
    menu Menu meter Meter nav Nav ol Ol optgroup Optgroup option Option_ output Output p P pre Pre
    progress Progress q Q s S samp Samp search Search section Section select Select small Small
    span Span strong Strong sub Sub summary Summary sup Sup table Table tbody Tbody td Td
    textarea Textarea tfoot Tfoot th Th thead Thead time Time tr Tr u U ul Ul var Var video Video
    wbr Wbr
}
