use simulate::diagnostic::*;
fn main() {
    for name in std::env::args().skip(1) {
        let text = std::fs::read_to_string(&name).unwrap();
        let short = std::path::Path::new(&name).file_name().unwrap().to_str().unwrap().to_owned();
        let source = Source { name: &short, text: &text };
        let (d, mut diag) = simulate::scenario::read(&source);
        let mut ok = "no document";
        if let Some(d) = d {
            match simulate::model::compile::compile(&d, &source, &Default::default()) {
                Ok(_) => ok = "compiles",
                Err(e) => {
                    ok = "refused";
                    diag.append(e)
                }
            }
        }
        println!("=== {short}: {ok}\n{}", render(&diag.sorted(), &source, false));
    }
}
