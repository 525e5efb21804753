//! Charts as SVG.

use plotters::prelude::*;

/// One line of a chart.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its name in the legend.
    pub name: String,
    /// Points: minutes since the start, value.
    pub points: Vec<(f64, f64)>,
    /// Whether it is drawn in the color of the city with the brain.
    pub strong: bool,
}

/// Distinguishable without color sight and on light and dark ground.
const STRONG: RGBColor = RGBColor(0, 114, 178);
const WEAK: RGBColor = RGBColor(213, 94, 0);
const GRAY: RGBColor = RGBColor(128, 128, 128);

/// A line chart over minutes; `None` where there is nothing to draw.
pub(super) fn lines(x_name: &str, y_name: &str, lines: &[Line]) -> Option<String> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let right = points().map(|point| point.0).fold(0.0, f64::max);
    let top = points().map(|point| point.1).fold(0.0, f64::max);
    if points().count() < 2 || right <= 0.0 {
        return None;
    }
    let mut svg = String::new();
    draw(&mut svg, (x_name, y_name), (right, if top > 0.0 { top * 1.05 } else { 1.0 }), lines)
        .ok()?;
    // A width of its own would keep the page from shrinking it.
    Some(svg.replacen("width=\"720\" height=\"260\"", "width=\"100%\"", 1))
}

fn draw(
    svg: &mut String,
    (x_name, y_name): (&str, &str),
    (right, top): (f64, f64),
    lines: &[Line],
) -> Result<(), Box<dyn std::error::Error>> {
    let root = SVGBackend::with_string(svg, (720, 260)).into_drawing_area();
    let mut chart = ChartBuilder::on(&root)
        .margin(8)
        .x_label_area_size(36)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..right, 0.0..top)?;
    chart
        .configure_mesh()
        .x_desc(x_name)
        .y_desc(y_name)
        .axis_style(GRAY)
        .bold_line_style(GRAY.mix(0.25))
        .light_line_style(TRANSPARENT)
        .label_style(("sans-serif", 12, &GRAY))
        .axis_desc_style(("sans-serif", 12, &GRAY))
        .draw()?;
    for line in lines {
        let color = if line.strong { STRONG } else { WEAK };
        let style = color.stroke_width(2);
        chart
            .draw_series(LineSeries::new(line.points.iter().copied(), style))?
            .label(line.name.as_str())
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerRight)
        .label_font(("sans-serif", 12, &GRAY))
        .border_style(GRAY.mix(0.25))
        .draw()?;
    root.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_is_drawn_and_an_empty_one_is_not() {
        let line = |points: &[(f64, f64)]| Line {
            name: "with <b>".into(),
            points: points.to_vec(),
            strong: true,
        };
        let svg = lines("min", "s", &[line(&[(0.0, 1.0), (1.0, 3.0)])]).unwrap();
        assert!(svg.starts_with("<svg") && svg.contains("width=\"100%\""), "{svg}");
        assert!(!svg.contains("<b>"), "names are escaped");
        assert_eq!(lines("min", "s", &[line(&[])]), None);
    }
}
