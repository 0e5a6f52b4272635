//! Glyphs to segments: what stands on one line without a wide gap.

use hayro_interpret::font::{Glyph, GlyphRun};
use hayro_interpret::hayro_cmap::BfString;
use hayro_interpret::hayro_syntax::Pdf;
use hayro_interpret::hayro_syntax::object::Dict;
use hayro_interpret::kurbo::{Affine, BezPath, Point, Rect};
use hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageDrawProps, InterpreterCache,
    InterpreterSettings, SoftMask, TransformExt, interpret_page,
};

/// The most glyphs that are taken from one page: a page of small print has ten thousand.
const MAX_GLYPHS: usize = 200_000;
/// Gaps of more than this part of the letters' size are blanks between words.
const WORD_GAP: f64 = 0.16;
/// Gaps of more than this many times the letters' size separate cells.
const CELL_GAP: f64 = 1.1;

/// Text on one line without a wide gap. Lengths are points from the left and from the top.
#[derive(Debug, Clone, Default)]
pub(super) struct Segment {
    pub(super) left: f64,
    pub(super) right: f64,
    /// The baseline.
    pub(super) y: f64,
    pub(super) size: f64,
    pub(super) is_bold: bool,
    pub(super) text: String,
    /// The level of the heading that it is tagged as.
    pub(super) heading: Option<usize>,
    /// Whether it is tagged as a header, footer or the like.
    pub(super) is_artifact: bool,
}

/// A page.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) height: f64,
    pub(super) segments: Vec<Segment>,
    /// How many glyphs are letters or digits.
    pub(super) letters: usize,
    /// How many glyphs stand for nobody knows what.
    pub(super) unknown: usize,
}

/// The segments of all pages.
pub(super) fn read(pdf: &Pdf, most: usize) -> Vec<Page> {
    let cache = InterpreterCache::new();
    let settings = InterpreterSettings::default();
    let mut pages = Vec::new();
    for page in pdf.pages().iter().take(most) {
        let (width, height) = page.render_dimensions();
        let area = Rect::new(0.0, 0.0, f64::from(width), f64::from(height));
        let transform = page.initial_transform(true).to_kurbo();
        let mut context = Context::new(transform, area, &cache, pdf.xref(), settings.clone());
        let mut collector = Collector::new(f64::from(height));
        interpret_page(page, &mut context, &mut collector);
        pages.push(collector.finish());
    }
    pages
}

/// Collects the segments of one page.
#[derive(Debug, Default)]
struct Collector {
    page: Page,
    current: Segment,
    glyphs: usize,
    /// Open marked content: the level of a heading, or an artifact.
    tags: Vec<(Option<usize>, bool)>,
    /// Whether a blank stands before the next glyph.
    is_after_blank: bool,
}

impl Collector {
    fn new(height: f64) -> Collector {
        Collector { page: Page { height, ..Page::default() }, ..Collector::default() }
    }

    fn finish(mut self) -> Page {
        self.end();
        self.page
    }

    fn end(&mut self) {
        let mut segment = std::mem::take(&mut self.current);
        self.is_after_blank = false;
        segment.text.truncate(segment.text.trim_end().len());
        if !segment.text.is_empty() {
            self.page.segments.push(segment);
        }
    }

    fn add(&mut self, text: &str, at: Affine, advance: f64, is_bold: bool) {
        let (origin, end) = (at * Point::ZERO, at * Point::new(advance, 0.0));
        let up = at * Point::new(0.0, 1000.0);
        let size = (up - origin).hypot();
        // Text that runs up or down the page is decoration.
        let is_level = (end.y - origin.y).abs() <= (end.x - origin.x).abs();
        if !(size.is_finite() && origin.x.is_finite() && origin.y.is_finite()) || size < 1.0 || !is_level {
            return;
        }
        if text.chars().all(char::is_whitespace) {
            self.is_after_blank = true;
            return;
        }
        let gap = origin.x - self.current.right;
        let fits = !self.current.text.is_empty()
            && (origin.y - self.current.y).abs() < 0.4 * size.max(self.current.size)
            && (-0.5 * size..CELL_GAP * size).contains(&gap)
            && self.current.is_bold == is_bold;
        let continues = !self.current.text.is_empty()
            && (origin.y - self.current.y).abs() < 0.4 * size
            && (-0.5 * size..CELL_GAP * size).contains(&gap);
        let is_apart = self.is_after_blank || gap > WORD_GAP * size;
        if !fits {
            self.end();
            let (heading, is_artifact) =
                self.tags.iter().fold((None, false), |(heading, artifact), tag| (tag.0.or(heading), artifact || tag.1));
            let (left, y) = (origin.x, origin.y);
            self.current = Segment { left, y, size, is_bold, heading, is_artifact, ..Segment::default() };
            // The change of the style says nothing about the blank before it.
            if continues && is_apart {
                self.current.text.push(' ');
            }
        } else if is_apart {
            self.current.text.push(' ');
        }
        self.is_after_blank = false;
        self.current.text.push_str(text);
        self.current.right = end.x.max(origin.x);
        self.current.size = self.current.size.max(size);
    }

    fn glyph(&mut self, glyph: &Glyph<'_>, at: Affine, is_bold: bool) {
        self.glyphs += 1;
        if self.glyphs > MAX_GLYPHS {
            return;
        }
        let mut buffer = [0; 4];
        let found = glyph.as_unicode();
        let text: &str = match &found {
            Some(BfString::Char(letter)) => letter.encode_utf8(&mut buffer),
            Some(BfString::String(text)) => text,
            None => {
                self.page.unknown += 1;
                return;
            }
        };
        self.page.letters += usize::from(text.contains(char::is_alphanumeric));
        let advance = match glyph {
            Glyph::Outline(outline) => outline.advance_width(),
            Glyph::Type3(drawn) => drawn.advance_width(),
        };
        self.add(text, at, f64::from(advance.unwrap_or(500.0)), is_bold);
    }
}

/// Whether the font of a run is bold; unknown counts as no.
fn is_bold(run: &GlyphRun<'_, '_>) -> bool {
    let Some(Glyph::Outline(outline)) = run.glyphs().first().map(|glyph| &**glyph) else { return false };
    outline.font_data().is_some_and(|font| {
        let name = font.postscript_name.unwrap_or_default().to_lowercase();
        font.weight.is_some_and(|weight| weight >= 600) || name.contains("bold") || name.contains("black")
    })
}

impl Device<'_> for Collector {
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}

    fn push_clip_path(&mut self, _: &ClipPath) {}

    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}

    fn draw_glyph_run(&mut self, run: &GlyphRun<'_, '_>, props: DrawProps<'_>, mode: &DrawMode) {
        // Text that is filled and stroked is drawn twice.
        if matches!(mode, DrawMode::Stroke(_)) || self.glyphs > MAX_GLYPHS {
            return;
        }
        let is_bold = is_bold(run);
        for glyph in run.glyphs() {
            self.glyph(glyph, props.transform * glyph.transform(), is_bold);
        }
    }

    fn draw_image(&mut self, _: Image<'_, '_>, _: ImageDrawProps<'_>) {}

    fn pop_clip(&mut self) {}

    fn pop_transparency_group(&mut self) {}

    fn begin_marked_content(&mut self, tag: &[u8], _: Option<&Dict<'_>>) {
        let level = match tag {
            [b'H', level @ b'1'..=b'6'] => Some(usize::from(level - b'0')),
            _ => None,
        };
        let is_artifact = tag == b"Artifact";
        if self.tags.last().copied().unwrap_or_default() != (level, is_artifact) {
            self.end();
        }
        self.tags.push((level, is_artifact));
    }

    fn end_marked_content(&mut self) {
        let ended = self.tags.pop().unwrap_or_default();
        if self.tags.last().copied().unwrap_or_default() != ended {
            self.end();
        }
    }
}
