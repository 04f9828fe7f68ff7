//! Cases from a table as text: a sweep's, with a row a point and quantity, or any other with a row a case.
//!
//! Does not know where the text comes from.

use std::collections::BTreeSet;

use super::target::Target;
use super::{Cases, Factor, Values};

/// A table of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// Cases, and what was left out of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The cases.
    pub cases: Cases,
    /// What the target means in this table: `outcome:war`, or a column.
    pub meant: String,
    /// Rows that have no value.
    pub without: usize,
    /// Cases whose interval holds the number that they are compared with: chance decides on which side they stand.
    pub unsure: usize,
}

/// Why there are no cases.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoCases {
    /// It is no table.
    #[error("this is no table of comma-separated values: {0}")]
    NoTable(String),
    /// There is no such quantity or column.
    #[error("there is no `{0}` in the table; there are {1}")]
    NoTarget(String, String),
    /// Several quantities are called so.
    #[error("`{0}` can be {1}: write one of these")]
    Ambiguous(String, String),
    /// There is no such factor.
    #[error("there is no factor `{0}` in the table; there are {1}")]
    NoFactor(String, String),
    /// A value is not what the target needs.
    #[error("row {0}: `{1}` is no number, and `{2}` compares numbers")]
    NoNumber(usize, String, String),
    /// A value is neither yes nor no.
    #[error("row {0}: `{1}` is neither yes nor no; to compare numbers, write a target such as `{2} > 0.1`")]
    NoAnswer(usize, String, String),
    /// No factor varies.
    #[error("no factor of the table varies over its {0} cases")]
    NothingVaries(usize),
    /// There are too few.
    #[error("the table has {0} cases, and fewer than {FEWEST} show nothing")]
    TooFew(usize),
}

/// Fewer cases show nothing.
pub const FEWEST: usize = 20;
/// A column of more different names is no factor.
const MOST_NAMES: usize = 64;
/// The columns of a sweep's table that stand around its factors.
const SWEEP: [&str; 6] = ["point", "kind", "name", "value", "low", "high"];

impl Sheet {
    /// From comma-separated values with a header.
    ///
    /// # Errors
    /// It is no table.
    pub fn parse(text: &str) -> Result<Self, NoCases> {
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let told = |error: csv::Error| NoCases::NoTable(error.to_string());
        let strings = |record: &csv::StringRecord| record.iter().map(|cell| cell.trim().to_owned()).collect();
        let header: Vec<String> = strings(reader.headers().map_err(told)?);
        if header.iter().all(String::is_empty) {
            return Err(NoCases::NoTable("it is empty".into()));
        }
        let rows: Result<Vec<Vec<String>>, csv::Error> =
            reader.records().map(|row| row.map(|row| strings(&row))).collect();
        Ok(Self { header, rows: rows.map_err(told)? })
    }

    fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|column| column == name)
    }

    /// The cases of `target`; only `factors` if any are named.
    ///
    /// # Errors
    /// `NoCases` says why there are none.
    pub fn cases(&self, target: &Target, factors: &[String]) -> Result<Read, NoCases> {
        let places: Vec<Option<usize>> = SWEEP.iter().map(|name| self.column(name)).collect();
        match places.into_iter().collect::<Option<Vec<usize>>>() {
            Some(places) => self.of_sweep(target, factors, &places),
            None => self.of_any(target, factors),
        }
    }

    /// Of a sweep; its point 0 is the scenario as it is, and no point of the design.
    fn of_sweep(&self, target: &Target, factors: &[String], places: &[usize]) -> Result<Read, NoCases> {
        let (point, kind, name) = (places[0], places[1], places[2]);
        let full = |row: &Vec<String>| format!("{}:{}", row[kind], row[name]);
        let known: BTreeSet<String> = self.rows.iter().map(full).collect();
        let called =
            |full: &&String| **full == target.name || full.split_once(':').is_some_and(|(_, n)| n == target.name);
        let meant: Vec<String> = known.iter().filter(called).cloned().collect();
        let [meant] = meant.as_slice() else {
            let all = |names: &mut dyn Iterator<Item = &String>| {
                names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
            };
            return Err(match meant.len() {
                0 => NoCases::NoTarget(target.name.clone(), all(&mut known.iter())),
                _ => NoCases::Ambiguous(target.name.clone(), all(&mut meant.iter())),
            });
        };
        let rows: Vec<usize> = (0..self.rows.len())
            .filter(|row| full(&self.rows[*row]) == *meant && self.rows[*row][point] != "0")
            .collect();
        let columns: Vec<usize> = (point + 1..kind).collect();
        self.read(target, factors, (&rows, &columns, places[3]), Some((places[4], places[5])), meant.clone())
    }

    /// Of a table with a row a case.
    fn of_any(&self, target: &Target, factors: &[String]) -> Result<Read, NoCases> {
        let value = self.column(&target.name).ok_or_else(|| NoCases::NoTarget(target.name.clone(), self.listed()))?;
        let rows: Vec<usize> = (0..self.rows.len()).collect();
        let columns: Vec<usize> = (0..self.header.len()).filter(|column| *column != value).collect();
        self.read(target, factors, (&rows, &columns, value), None, target.name.clone())
    }

    fn listed(&self) -> String {
        self.header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    }

    fn read(
        &self,
        target: &Target,
        factors: &[String],
        (rows, columns, value): (&[usize], &[usize], usize),
        ends: Option<(usize, usize)>,
        meant: String,
    ) -> Result<Read, NoCases> {
        let kept: Vec<usize> = rows.iter().copied().filter(|row| !self.rows[*row][value].is_empty()).collect();
        if kept.len() < FEWEST {
            return Err(NoCases::TooFew(kept.len()));
        }
        let chosen = self.chosen(columns, factors)?;
        let hit: Vec<bool> = kept.iter().map(|row| self.is_hit(*row, value, target)).collect::<Result<_, _>>()?;
        let found: Vec<Factor> = chosen.iter().filter_map(|column| self.factor(*column, &kept)).collect();
        if found.is_empty() {
            return Err(NoCases::NothingVaries(kept.len()));
        }
        let holds = |row: &&usize| {
            let end = |column: usize| self.rows[**row][column].parse::<f64>().ok();
            let ((low, high), (_, than)) = (ends?, target.than?);
            Some(end(low)? <= than && than <= end(high)?)
        };
        let unsure = kept.iter().filter(|row| holds(row) == Some(true)).count();
        Ok(Read { cases: Cases { factors: found, hit }, meant, without: rows.len() - kept.len(), unsure })
    }

    fn chosen(&self, columns: &[usize], factors: &[String]) -> Result<Vec<usize>, NoCases> {
        if factors.is_empty() {
            return Ok(columns.to_vec());
        }
        let names =
            || columns.iter().map(|column| format!("`{}`", self.header[*column])).collect::<Vec<_>>().join(", ");
        let find = |name: &String| columns.iter().copied().find(|column| self.header[*column] == *name);
        factors.iter().map(|name| find(name).ok_or_else(|| NoCases::NoFactor(name.clone(), names()))).collect()
    }

    fn is_hit(&self, row: usize, column: usize, target: &Target) -> Result<bool, NoCases> {
        let text = &self.rows[row][column];
        // The header is the first line of the file.
        let line = row + 2;
        if target.than.is_some() {
            let number = number(text).ok_or_else(|| NoCases::NoNumber(line, text.clone(), target.text.clone()))?;
            return Ok(target.is_hit(number));
        }
        match text.to_lowercase().as_str() {
            "yes" | "true" | "1" => Ok(true),
            "no" | "false" | "0" => Ok(false),
            _ => Err(NoCases::NoAnswer(line, text.clone(), target.name.clone())),
        }
    }

    /// A column as a factor, if it varies: numbers if all of it are, else names.
    fn factor(&self, column: usize, rows: &[usize]) -> Option<Factor> {
        let cells: Vec<&str> = rows.iter().map(|row| self.rows[*row][column].as_str()).collect();
        let name = self.header[column].clone();
        if let Some(numbers) = cells.iter().map(|cell| number(cell)).collect::<Option<Vec<f64>>>() {
            let varies = numbers.iter().any(|x| x.total_cmp(&numbers[0]).is_ne());
            return varies.then_some(Factor { name, values: Values::Numbers(numbers) });
        }
        let names: BTreeSet<&str> = cells.iter().copied().collect();
        let names: Vec<&str> = names.into_iter().collect();
        let of = cells.iter().map(|cell| names.binary_search(cell).unwrap_or(0)).collect();
        let named = Values::Names { names: names.iter().map(|name| (*name).to_owned()).collect(), of };
        (2..=MOST_NAMES).contains(&names.len()).then_some(Factor { name, values: named })
    }
}

/// A finite number, or a percent.
fn number(text: &str) -> Option<f64> {
    let number = match text.strip_suffix('%') {
        Some(percent) => percent.trim().parse::<f64>().ok().map(|x| x / 100.0),
        None => text.parse::<f64>().ok(),
    };
    number.filter(|x| x.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    fn sweep() -> Sheet {
        let mut text = "point,us_line,rate,fixed,kind,name,unit,value,low,high,runs\n".to_owned();
        for point in 0..=30 {
            let line = ["back", "neutral"][point % 2];
            let value = point as f64 / 100.0;
            let (low, high) = (value - 0.015, value + 0.015);
            let _ = writeln!(text, "{point},{line},{point},7,outcome,war,probability,{value},{low},{high},100");
            let mean = if point == 9 { String::new() } else { point.to_string() };
            let _ = writeln!(text, "{point},{line},{point},7,mean,first,days,{mean},,,100");
            let _ = writeln!(text, "{point},{line},{point},7,never,first,probability,0.5,0.4,0.6,100");
        }
        Sheet::parse(&text).unwrap()
    }

    fn cases(sheet: &Sheet, target: &str) -> Result<Read, NoCases> {
        sheet.cases(&target.parse().unwrap(), &[])
    }

    #[test]
    fn a_sweep_is_read_by_point() {
        let read = cases(&sweep(), "war > 10%").unwrap();
        assert_eq!((read.cases.len(), read.cases.hits(), read.meant.as_str()), (30, 20, "outcome:war"));
        let names: Vec<&str> = read.cases.factors.iter().map(|factor| factor.name.as_str()).collect();
        assert_eq!(names, ["us_line", "rate"], "what does not vary is no factor");
        assert_eq!(read.unsure, 3, "9, 10 and 11 %");
        let read = cases(&sweep(), "mean:first < 5").unwrap();
        assert_eq!((read.cases.len(), read.cases.hits(), read.without), (29, 4, 1));
    }

    #[test]
    fn what_is_not_there_is_told() {
        assert!(matches!(cases(&sweep(), "first > 5"), Err(NoCases::Ambiguous(..))));
        assert!(cases(&sweep(), "peace > 5").unwrap_err().to_string().contains("`outcome:war`"));
        let only = |name: &str| sweep().cases(&"war > 10%".parse().unwrap(), &[name.to_owned()]);
        assert!(only("rats").unwrap_err().to_string().contains("`us_line`, `rate`"));
        assert_eq!(only("rate").unwrap().cases.factors.len(), 1);
        assert!(matches!(only("fixed"), Err(NoCases::NothingVaries(30))));
    }

    #[test]
    fn any_table_will_do() {
        let mut text = "a,colour,lost\n".to_owned();
        (0..40).for_each(|i| writeln!(text, "{i}%,{},{}", ["red", "blue"][i % 2], ["no", "yes"][i / 20]).unwrap());
        let sheet = Sheet::parse(&text).unwrap();
        let read = cases(&sheet, "lost").unwrap();
        assert_eq!((read.cases.hits(), read.cases.factors.len(), read.unsure), (20, 2, 0));
        assert!(matches!(cases(&sheet, "lost > 3"), Err(NoCases::NoNumber(2, ..))));
        assert!(matches!(cases(&sheet, "colour"), Err(NoCases::NoAnswer(2, ..))));
        assert!(matches!(cases(&Sheet::parse("a,b\n1,2\n").unwrap(), "a > 1"), Err(NoCases::TooFew(1))));
        assert!(matches!(Sheet::parse("a,b\n1\n"), Err(NoCases::NoTable(_))));
        assert!(matches!(Sheet::parse("\n \n"), Err(NoCases::NoTable(_))));
    }
}
