//! One method for each attribute that `view!` may name.

use super::El;
use crate::setting::{IntoSetting, Kind};

/// Makes the methods; the text is the attribute's name in the page.
macro_rules! attributes {
    ($($method:ident $name:literal)+) => {
        impl<T> El<T> {
            $(
                #[doc = concat!("Sets `", $name, "`.")]
                pub fn $method(self, value: impl IntoSetting) -> Self {
                    self.put(Kind::Attribute, $name, value)
                }
            )+
        }
    };
}

attributes! {
    accept "accept" action "action" alt "alt" autocapitalize "autocapitalize"
    autocomplete "autocomplete" autocorrect "autocorrect" autofocus "autofocus" capture "capture"
    checked "checked" cite "cite" cols "cols" colspan "colspan" contenteditable "contenteditable"
    datetime "datetime" dir "dir" dirname "dirname" disabled "disabled" download "download"
    draggable "draggable" enctype "enctype" enterkeyhint "enterkeyhint" r#for "for" form "form"
    headers "headers" height "height" hidden "hidden" high "high" href "href" hreflang "hreflang"
    id "id" inert "inert" inputmode "inputmode" label "label" lang "lang" list "list"
    loading "loading" low "low" max "max" maxlength "maxlength" method "method" min "min"
    minlength "minlength" multiple "multiple" name "name" novalidate "novalidate" open "open"
    optimum "optimum" part "part" pattern "pattern" placeholder "placeholder" popover "popover"
    popovertarget "popovertarget" readonly "readonly" rel "rel" required "required"
    reversed "reversed" role "role" rows "rows" rowspan "rowspan" scope "scope"
    selected "selected" size "size" span "span" spellcheck "spellcheck" src "src" start "start"
    step "step" tabindex "tabindex" target "target" title "title" translate "translate"
    r#type "type" value "value" width "width" wrap "wrap"
    aria_activedescendant "aria-activedescendant" aria_atomic "aria-atomic"
    aria_autocomplete "aria-autocomplete" aria_busy "aria-busy" aria_checked "aria-checked"
    aria_colcount "aria-colcount" aria_colindex "aria-colindex" aria_colspan "aria-colspan"
    aria_controls "aria-controls" aria_current "aria-current" aria_describedby "aria-describedby"
    aria_description "aria-description" aria_details "aria-details" aria_disabled "aria-disabled"
    aria_errormessage "aria-errormessage" aria_expanded "aria-expanded" aria_haspopup "aria-haspopup"
    aria_hidden "aria-hidden" aria_invalid "aria-invalid" aria_keyshortcuts "aria-keyshortcuts"
    aria_label "aria-label" aria_labelledby "aria-labelledby" aria_level "aria-level"
    aria_live "aria-live" aria_modal "aria-modal" aria_multiline "aria-multiline"
    aria_multiselectable "aria-multiselectable" aria_orientation "aria-orientation"
    aria_owns "aria-owns" aria_placeholder "aria-placeholder" aria_posinset "aria-posinset"
    aria_pressed "aria-pressed" aria_readonly "aria-readonly" aria_relevant "aria-relevant"
    aria_required "aria-required" aria_roledescription "aria-roledescription"
    aria_rowcount "aria-rowcount" aria_rowindex "aria-rowindex" aria_rowspan "aria-rowspan"
    aria_selected "aria-selected" aria_setsize "aria-setsize" aria_sort "aria-sort"
    aria_valuemax "aria-valuemax" aria_valuemin "aria-valuemin" aria_valuenow "aria-valuenow"
    aria_valuetext "aria-valuetext"
}
