//! What a file looks like, as it becomes known, and what its columns are said to mean.

use stockroom_domain::columns::Field;
use stockroom_worksheet::{News, Shape};

use super::{Effect, Model, Progress, Step};

impl Model {
    pub(super) fn hear(&mut self, news: News) -> Vec<Effect> {
        match news {
            // The first rows of a large file stand there while the rest is read.
            News::Head(shape) if self.awaits_head() && shape.refusal.is_none() => {
                self.shape = *shape;
                self.step = Step::Columns;
                self.is_head = true;
            }
            News::Head(_) => {}
            News::Read { done, total } => {
                self.progress = Some(Progress::Reading { done, total });
            }
            News::Planned { done, total } => {
                self.progress = Some(Progress::Planning { done, total });
            }
        }
        Vec::new()
    }

    pub(super) fn awaits_head(&self) -> bool {
        self.step == Step::Source && !self.is_restoring()
    }

    pub(super) fn take_shape(&mut self, shape: Shape) -> Vec<Effect> {
        if self.is_restoring() {
            return self.restore_shape(shape);
        }
        let is_new = self.continues_opening() || self.step == Step::Source || self.is_head;
        self.is_head = false;
        self.shape = shape;
        self.recall.note(&self.shape);
        self.is_busy = false;
        self.progress = None;
        if self.shape.refusal.is_some() {
            if !is_new {
                return Vec::new();
            }
            self.step = Step::Source;
            return Vec::new();
        }
        if !is_new {
            return self.refit_fields();
        }
        let recalled = self.go_on_recalling();
        if !recalled.is_empty() {
            return recalled;
        }
        let mut effects = vec![Effect::KeepSource];
        // Who is at the columns already is not taken away from them.
        if self.shape.unusable.is_none() && self.shape.rows > 0 && !self.recall.is_by_hand {
            effects.extend(self.review());
        } else {
            self.step = Step::Columns;
        }
        effects
    }

    pub(super) fn assign(&mut self, column: usize, field: Field) -> Vec<Effect> {
        for (at, assigned) in self.shape.fields.iter_mut().enumerate() {
            if at == column {
                *assigned = field;
            } else if *assigned == field && !field.may_repeat() {
                // Such a field is one column's: the merchant's last word counts.
                *assigned = Field::Ignored;
            }
        }
        self.map()
    }

    /// Says what the columns mean, as the merchant has it.
    pub(super) fn map(&mut self) -> Vec<Effect> {
        self.recall.is_by_hand = true;
        vec![Effect::Ask(self.mapped())]
    }
}
