//! What is usual in a document: the size of its text, how far its lines are apart, where they end. Everything else is told
//! by how it differs.

use super::lines::Line;
use crate::syntax::extract::Run;
use crate::syntax::office::numbering;

/// The measures of a document.
#[derive(Debug, Default)]
pub(super) struct Measure {
    /// The size of the running text.
    pub(super) body: f64,
    /// The distance of lines of that size.
    pub(super) leading: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    /// Sizes of headings, the largest first.
    pub(super) sizes: Vec<f64>,
    /// Whether headings are tagged.
    pub(super) is_tagged: bool,
    /// Whether headings are numbered.
    pub(super) is_numbered: bool,
    /// Whether most of the text is bold, so that it means nothing.
    pub(super) is_bold: bool,
    /// The size of the title, on the first page.
    title: Option<f64>,
}

/// Sizes are compared in half points.
fn rounded(size: f64) -> f64 {
    (size * 2.0).round() / 2.0
}

/// Whether two sizes are the same.
fn is_same(one: f64, other: f64) -> bool {
    (rounded(one) - rounded(other)).abs() < 0.1
}

/// The value that most of the weight has; of several the smallest.
fn usual(mut values: Vec<(f64, usize)>) -> f64 {
    values.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut best = (0.0, 0);
    let mut current: (f64, usize) = (0.0, 0);
    for (value, weight) in values {
        current = if (value - current.0).abs() < 0.01 { (current.0, current.1 + weight) } else { (value, weight) };
        if current.1 > best.1 {
            best = current;
        }
    }
    best.0
}

impl Measure {
    pub(super) fn of(pages: &[Vec<Line>]) -> Measure {
        let lines = || pages.iter().flatten();
        let body = usual(lines().map(|line| (rounded(line.size), line.text().len())).collect());
        let gaps = pages.iter().flat_map(|page| page.iter().zip(page.iter().skip(1)));
        let gaps = gaps.filter(|(one, next)| is_same(one.size, body) && is_same(next.size, body));
        let gaps = gaps.map(|(one, next)| rounded(next.y - one.y)).filter(|gap| *gap > 0.8 * body && *gap < 1.9 * body);
        let leading = Some(usual(gaps.map(|gap| (gap, 1)).collect())).filter(|gap| *gap > 0.0).unwrap_or(1.2 * body);
        let of_body = || lines().filter(|line| is_same(line.size, body));
        let mut rights: Vec<f64> = of_body().map(Line::right).collect();
        rights.sort_by(f64::total_cmp);
        let right = rights.get(rights.len().saturating_sub(1) * 95 / 100).copied().unwrap_or(0.0);
        let left = usual(of_body().map(|line| (line.left().round(), 1)).collect());
        let (bold, all) = of_body().fold((0, 0), |(bold, all), line| {
            let length = line.text().len();
            (bold + if line.is_bold() { length } else { 0 }, all + length)
        });
        let mut measure = Measure { body, leading, left, right, is_bold: bold * 2 > all, ..Measure::default() };
        measure.is_tagged = lines().any(|line| line.heading().is_some());
        measure.is_numbered = lines()
            .filter(|line| line.is_bold() || line.size > body + 0.7)
            .any(|line| numbering(&line.text()).is_some());
        measure.title = measure.title_size(pages);
        measure.sizes = measure.heading_sizes(pages);
        measure
    }

    /// The title is the largest text of the first page, and nothing else in the document is as large.
    fn title_size(&self, pages: &[Vec<Line>]) -> Option<f64> {
        let first = pages.iter().find(|page| !page.is_empty())?;
        let largest = first.iter().map(|line| rounded(line.size)).fold(0.0, f64::max);
        let elsewhere = pages.iter().skip_while(|page| page.is_empty()).skip(1).flatten();
        let is_alone = elsewhere.filter(|line| rounded(line.size) >= largest).count() == 0;
        let count = first.iter().filter(|line| is_same(line.size, largest)).count();
        let fits = largest > 1.25 * self.body && count <= 4 && is_alone;
        fits.then_some(largest)
    }

    fn heading_sizes(&self, pages: &[Vec<Line>]) -> Vec<f64> {
        let large = pages.iter().flatten().map(|line| rounded(line.size)).filter(|size| self.is_large(*size));
        let mut sizes: Vec<f64> = large.filter(|size| self.title.is_none_or(|title| !is_same(title, *size))).collect();
        sizes.sort_by(|one, other| other.total_cmp(one));
        sizes.dedup();
        sizes
    }

    pub(super) fn is_title(&self, line: &Line, page: u16) -> bool {
        page == 1 && self.title.is_some_and(|size| is_same(size, line.size))
    }

    /// Whether letters are larger than those of the text.
    pub(super) fn is_large(&self, size: f64) -> bool {
        rounded(size) > 1.1 * self.body
    }

    /// The level of a heading of this size.
    pub(super) fn rank(&self, size: f64) -> usize {
        self.sizes.iter().position(|known| *known <= rounded(size)).map_or(1, |index| index + 1)
    }

    /// Lines that are further apart than this are different paragraphs.
    pub(super) fn paragraph_gap(&self, size: f64) -> f64 {
        let leading = if (size - self.body).abs() < 0.7 { self.leading } else { 1.25 * size };
        leading * 1.18 + 0.5
    }

    /// How deep an item is that stands this far from the left.
    pub(super) fn depth(&self, left: f64) -> usize {
        let steps = ((left - self.left) / (1.8 * self.body.max(1.0))).floor().clamp(0.0, 5.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 5")]
        let depth = steps as usize;
        depth
    }
}

/// Joins a line to the one after it: with this sign, or without the hyphen that divides a word.
pub(super) fn join(before: &mut [Run], after: &mut [Run], sign: char) {
    let Some(last) = before.last_mut() else { return };
    let goes_on = after.first().is_some_and(|run| run.text.starts_with(char::is_lowercase));
    let divided = last.text.trim_end().strip_suffix(['-', '\u{2010}', '\u{ad}']);
    let divided = divided.filter(|rest| goes_on && rest.ends_with(char::is_alphabetic)).map(str::to_owned);
    match divided {
        Some(rest) => last.text = rest,
        None => last.text.push(sign),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn divided_words_become_one() {
        for (before, after, expected) in [
            ("the respon-", "sible team", "the responsible team"),
            ("follow-", "up", "followup"),
            ("ISO-", "27001", "ISO- 27001"),
            ("one", "two", "one two"),
        ] {
            let run = |text: &str| vec![Run { text: text.to_owned(), is_bold: false }];
            let (mut before, mut after) = (run(before), run(after));
            join(&mut before, &mut after, ' ');
            assert_eq!(format!("{}{}", before[0].text, after[0].text), expected);
        }
    }
}
