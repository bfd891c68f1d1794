//! Error rows in files and on standard input.
use super::*;
pub fn parse_time(t: &str) -> Option<Micros> {
    let t = t.trim_end_matches(" UTC").replacen(' ', "T", 1) + "Z";
    Some(t.parse::<jiff::Timestamp>().ok()?.as_microsecond())
}
pub struct Files(Vec<u8>, String);
pub struct Options {
    pub keep_rows: bool,
}
impl Files {
    pub fn open(i: &[String], _o: Options) -> Result<Self, SourceError> {
        let p = PathBuf::from(&i[0]);
        Ok(Files(std::fs::read(&p).map_err(|error| SourceError::Io { path: p, error })?, i[0].clone()))
    }
    pub fn from_memory(n: &str, b: Vec<u8>) -> Result<Self, SourceError> {
        Ok(Files(b, n.into()))
    }
}
impl ErrorSource for Files {
    fn name(&self) -> String {
        self.1.clone()
    }
    fn groups(&self, r: &Request, _: &dyn Watch) -> Result<Groups, SourceError> {
        let mut g = crate::group::Grouper::new(r.schemas.clone());
        let u = self.rows(0..u64::MAX, &mut |_, at, row| {
            g.add(&row.error_row(), at);
            ControlFlow::Continue(())
        })?;
        let mut gs = crate::group::Grouper::merge(vec![g]);
        gs.unreadable = u;
        Ok(gs)
    }
    fn fetch(&self, _: RowRef, _: &dyn Watch) -> Result<SourceRow, SourceError> {
        unimplemented!()
    }
    fn rows(
        &self,
        range: std::ops::Range<u64>,
        visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        use base64::Engine;
        for (i, l) in self.0.split(|b| *b == b'\n').filter(|l| !l.is_empty()).enumerate() {
            let i = i as u64;
            if !range.contains(&i) {
                continue;
            }
            let v: serde_json::Value = serde_json::from_slice(l).unwrap();
            let mut row = SourceRow { origin: format!("{} line {}", self.1, i + 1), ..Default::default() };
            for (k, v) in v.as_object().unwrap() {
                if k == "payload" {
                    row.payload = match v.as_str() {
                        None => Payload::Absent,
                        Some(s) => {
                            base64::engine::general_purpose::STANDARD.decode(s).map(Payload::Bytes).unwrap_or(Payload::NotBase64(s.into()))
                        }
                    };
                } else {
                    row.columns.push((k.clone(), v.as_str().map(str::to_owned)));
                }
            }
            if visit(i, RowRef::new(0, i), row).is_break() {
                break;
            }
        }
        Ok(Unreadable::default())
    }
}
