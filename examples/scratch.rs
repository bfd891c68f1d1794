use misfit::source::*; use misfit::group::*; use misfit::tui::{*,theme::*,keymap::*}; use std::sync::Arc; use std::ops::*;
struct Mem(Vec<serde_json::Value>);
fn s(v:&serde_json::Value,k:&str)->Option<String>{ v.get(k).and_then(|x|x.as_str()).map(str::to_owned)}
fn t(x:&str)->Option<i64>{ let x=x.trim_end_matches(" UTC").replace(' ',"T")+"Z"; x.parse::<jiff::Timestamp>().ok().map(|t|t.as_microsecond()) }
impl ErrorSource for Mem {
 fn name(&self)->String{"errors.ndjson".into()}
 fn groups(&self,r:&Request,_w:&dyn Watch)->Result<Groups,SourceError>{
  let mut g=Grouper::new(r.schemas.clone());
  for (i,v) in self.0.iter().enumerate(){ let f=|k|s(v,k); let (a,b,c,d,e,m,j,ts)=(f("document_namespace"),f("document_type"),f("document_version"),f("error_type"),f("exception_class"),f("error_message"),f("job_name"),f("submission_timestamp"));
   g.add(&ErrorRow{namespace:a.as_deref(),doctype:b.as_deref(),version:c.as_deref(),stage:d.as_deref(),class:e.as_deref(),message:m.as_deref(),job:j.as_deref(),time:ts.as_deref().and_then(t)},RowRef::new(0,i as u64)); }
  Ok(Grouper::merge(vec![g])) }
 fn fetch(&self,at:RowRef,_:&dyn Watch)->Result<SourceRow,SourceError>{ let v=&self.0[at.place() as usize]; use base64::Engine;
  Ok(SourceRow{columns:v.as_object().unwrap().iter().filter(|(k,_)|*k!="payload").map(|(k,v)|(k.clone(),v.as_str().map(str::to_owned))).collect(),payload:Payload::Bytes(base64::engine::general_purpose::STANDARD.decode(s(v,"payload").unwrap()).unwrap()),origin:format!("errors.ndjson line {}",at.place()+1)}) }
 fn rows(&self,_:Range<u64>,_:&mut dyn FnMut(u64,RowRef,SourceRow)->ControlFlow<()>)->Result<Unreadable,SourceError>{unimplemented!()}
}
fn main(){ let a:Vec<String>=std::env::args().collect();
 let rows:Vec<serde_json::Value>=std::fs::read_to_string(&a[1]).unwrap().lines().map(|l|serde_json::from_str(l).unwrap()).collect();
 let schemas=Arc::new(misfit::schemas::SchemaStore::open_folder(std::path::Path::new("/tmp/w/slice")).unwrap());
 let mk=||Options{source:Arc::new(Mem(rows.clone())),request:Request{schemas:Some(schemas.clone()),..Default::default()},theme:Theme::named("default-dark",Depth::True,false).unwrap(),depth:Depth::True,keymap:Keymap::new(&[]).unwrap()};
 let (w,h)=a[2].split_once('x').unwrap(); let size=(w.parse().unwrap(),h.parse().unwrap());
 if a[2]!="0x0" { for k in &a[3..] { let keys=if k.is_empty(){vec![]}else{parse_keys(k).unwrap()}; let b=script(mk(),size,&keys).unwrap(); println!("== {k}\n{}",frame::to_text(&b)); } } else { run(mk()).unwrap(); } }
