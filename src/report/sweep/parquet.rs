//! The table of a sweep as Parquet, for data frames and databases; what it comes from stands in the file's metadata.
//!
//! Does not know what a column means. Without Arrow: the columns are written one by one.

use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};

use super::{Cells, column, of_factor, unit};
use crate::analysis::sweep::{Point, Row, Sweep};

pub use parquet::errors::ParquetError;

/// A column: its values row by row.
enum Column {
    Number(Vec<Option<f64>>),
    Whole(Vec<Option<i64>>),
    Text(Vec<Option<String>>),
}

/// The table as the bytes of a Parquet file.
///
/// # Errors
/// The columns do not fit together, which is a mistake of ours.
pub fn parquet(sweep: &Sweep) -> Result<Vec<u8>, ParquetError> {
    let columns = columns(sweep);
    let fields: Vec<TypePtr> =
        columns.iter().map(|(name, column)| field(name, column)).collect::<Result<_, ParquetError>>()?;
    let schema = Arc::new(Type::group_type_builder("sweep").with_fields(fields).build()?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("simulate {}", sweep.study.simulate))
        .set_key_value_metadata(Some(metadata(sweep)))
        .build();
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties))?;
    let mut group = file.next_row_group()?;
    for (_, column) in &columns {
        write(column, &mut group)?;
    }
    group.close()?;
    file.into_inner()
}

fn columns(sweep: &Sweep) -> Vec<(String, Column)> {
    let rows: Vec<(&Point, &Row)> = sweep.rows().collect();
    let cells: Vec<Cells> = rows.iter().map(|(_, row)| Cells::of(row)).collect();
    let number = |of: &dyn Fn(&Cells) -> Option<f64>| Column::Number(cells.iter().map(of).collect());
    let text = |of: &dyn Fn(&Row) -> String| Column::Text(rows.iter().map(|(_, row)| Some(of(row))).collect());
    let same = |value: &str| Column::Text(vec![Some(value.to_owned()); rows.len()]);
    let mut columns =
        vec![("point".to_owned(), Column::Whole(rows.iter().map(|(point, _)| Some(point.number as i64)).collect()))];
    for (index, axis) in sweep.study.factors.iter().enumerate() {
        let settings = rows.iter().map(|(point, _)| &point.settings[index]);
        let values = if axis.numeric {
            Column::Number(settings.map(|setting| setting.number).collect())
        } else {
            Column::Text(settings.map(|setting| Some(of_factor(axis, setting))).collect())
        };
        columns.push((column(axis), values));
    }
    let rest: Vec<(&str, Column)> = vec![
        ("kind", text(&|row| row.quantity.kind.name().to_owned())),
        ("name", text(&|row| row.quantity.name.clone())),
        ("unit", text(&|row| unit(row.scale).to_owned())),
        ("value", number(&|cells| cells.value)),
        ("low", number(&|cells| cells.low)),
        ("high", number(&|cells| cells.high)),
        ("runs", Column::Whole(cells.iter().map(|cells| Some(cells.runs as i64)).collect())),
        ("basis", Column::Text(cells.iter().map(|cells| Some(cells.basis.to_owned())).collect())),
        ("difference", number(&|cells| cells.difference)),
        ("difference_low", number(&|cells| cells.apart.map(|ends| ends.low))),
        ("difference_high", number(&|cells| cells.apart.map(|ends| ends.high))),
        ("differ", Column::Whole(cells.iter().map(|cells| cells.differ.map(|differ| differ as i64)).collect())),
        ("pairing", Column::Text(cells.iter().map(|cells| cells.pairing.map(str::to_owned)).collect())),
        // A seed has all 64 bits, and a column of whole numbers one less.
        ("seed", same(&sweep.study.seed.to_string())),
        ("scenario", same(&sweep.study.digest)),
        ("simulate", same(&sweep.study.simulate)),
        ("changes", same(&sweep.study.overrides.join(" "))),
    ];
    columns.extend(rest.into_iter().map(|(name, column)| (name.to_owned(), column)));
    columns
}

fn field(name: &str, column: &Column) -> Result<TypePtr, ParquetError> {
    let physical = match column {
        Column::Number(_) => Physical::DOUBLE,
        Column::Whole(_) => Physical::INT64,
        Column::Text(_) => Physical::BYTE_ARRAY,
    };
    let text = matches!(column, Column::Text(_)).then_some(LogicalType::String);
    let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
    Ok(Arc::new(field.with_logical_type(text).build()?))
}

/// Where the numbers come from.
fn metadata(sweep: &Sweep) -> Vec<KeyValue> {
    let study = &sweep.study;
    let facts = [
        ("simulate", study.simulate.clone()),
        ("semantics", study.semantics.to_string()),
        ("file", study.file.clone()),
        ("scenario", study.digest.clone()),
        ("seed", study.seed.to_string()),
        ("runs", study.runs.to_string()),
        ("design", study.design.clone()),
        ("again", study.command.clone()),
    ];
    facts.map(|(key, value)| KeyValue::new(format!("simulate.{key}"), value)).into()
}

fn write(column: &Column, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> Result<(), ParquetError> {
    match column {
        Column::Number(values) => put::<DoubleType>(values.clone(), group),
        Column::Whole(values) => put::<Int64Type>(values.clone(), group),
        Column::Text(values) => {
            let bytes = |value: &Option<String>| value.as_ref().map(|text| ByteArray::from(text.as_str()));
            put::<ByteArrayType>(values.iter().map(bytes).collect(), group)
        }
    }
}

fn put<T: DataType>(
    values: Vec<Option<T::T>>,
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
) -> Result<(), ParquetError> {
    let there: Vec<i16> = values.iter().map(|value| i16::from(value.is_some())).collect();
    let values: Vec<T::T> = values.into_iter().flatten().collect();
    let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("a column too many".into()))?;
    column.typed::<T>().write_batch(&values, Some(&there), None)?;
    column.close()
}
