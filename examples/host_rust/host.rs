//! A workflow host in Rust, without crates:
//!   host_rust list MODULE                                           the nodes
//!   host_rust run MODULE NODE CONNECTION_FILE INPUT CHECKPOINT_FILE one run, which goes on from the checkpoint file
//!   host_rust many MODULE NODE CONNECTION_FILE INPUT COUNT          COUNT runs at once, every second one cancelled
//! The connection comes from a file because it holds the API key. Exit code 1: the run or the call failed.
mod node;

use node::*;
use std::ffi::{CStr, CString};
use std::io::Write;
use std::os::raw::{c_char, c_void};
use std::{env, fs, io, process, ptr};

/// What the callbacks of one run need.
struct Kept {
    path: String,
    module: &'static Module,
}

fn c_string(text: &str) -> io::Result<CString> {
    CString::new(text).map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, "a NUL inside a text"))
}

/// The module's text, or "" for NULL.
unsafe fn text<'a>(from: *const c_char) -> std::borrow::Cow<'a, str> {
    if from.is_null() {
        "".into()
    } else {
        CStr::from_ptr(from).to_string_lossy()
    }
}

/// Durably, and never half: a host that dies here leaves the earlier checkpoint or this one.
fn keep(path: &str, text: &str) -> io::Result<()> {
    let beside = format!("{}.new", path);
    let mut file = fs::File::create(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

// Both come on the module's threads: be quick. A panic must not leave them, so they print with writeln!.
unsafe extern "C" fn on_progress(_: *mut c_void, _: *mut Run, progress: *const Progress) {
    let percent = (*progress).fraction.max(0.0) * 100.0;
    let _ = writeln!(io::stderr(), "progress: {:.0} % {}", percent, text((*progress).message));
}
unsafe extern "C" fn on_checkpoint(kept: *mut c_void, run: *mut Run, checkpoint: *const Checkpoint) {
    let kept = &*(kept as *const Kept);
    let json = text((*checkpoint).json);
    let _ = writeln!(io::stderr(), "checkpoint: {}", json);
    (kept.module.run_checkpoint_saved)(run, keep(&kept.path, &json).is_ok() as i32);
}

unsafe fn run_one(
    module: &'static Module,
    node: &Node,
    session: *mut Session,
    mut request: Request,
    path: &str,
) -> io::Result<bool> {
    let kept = Kept { path: path.into(), module };
    let run_key = c_string(path)?; // the same when this run is repeated, another for every other one
    let checkpoint = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(c_string(&read?)?),
    };
    request.run_key = run_key.as_ptr();
    request.checkpoint_json = checkpoint.as_ref().map_or(ptr::null(), |json| json.as_ptr());
    request.user_data = &kept as *const Kept as *mut c_void;
    request.on_progress = Some(on_progress);
    request.on_checkpoint = Some(on_checkpoint);
    let mut run = ptr::null_mut();
    if (node.execute)(node, session, &request, &mut run) != OK {
        return Err(io::Error::new(io::ErrorKind::Other, "the run cannot be started"));
    }
    (module.run_wait)(run, -1); // bounded by the run's deadline
    let result = &*(module.run_result)(run);
    if result.outcome == SUCCEEDED {
        println!("{}", text(result.output_json));
    } else if let Some(error) = result.error.as_ref() {
        eprintln!("{}: {}\n{}\n{}", text(error.kind), text(error.message), text(error.solution), text(error.json));
    }
    if !result.checkpoint_json.is_null() {
        keep(path, &text(result.checkpoint_json))?;
    } else if path_exists(path) {
        fs::remove_file(path)?; // there is nothing to go on from
    }
    let succeeded = result.outcome == SUCCEEDED;
    (module.run_release)(run); // result is gone from here on
    Ok(succeeded)
}

fn path_exists(path: &str) -> bool {
    fs::metadata(path).is_ok()
}

unsafe fn run_many(module: &Module, node: &Node, session: *mut Session, request: Request, count: usize) -> bool {
    let mut runs = vec![ptr::null_mut(); count];
    for (i, run) in runs.iter_mut().enumerate() {
        if (node.execute)(node, session, &request, run) == OK && i % 2 == 1 {
            (module.run_cancel)(*run);
        }
    }
    eprintln!("{} runs were started, and every second one was cancelled", count);
    let mut ended = [0; 4];
    for run in runs {
        let over = (module.run_wait)(run, -1) == OK;
        let outcome = if over { (*(module.run_result)(run)).outcome } else { FAILED };
        ended[if (0..4).contains(&outcome) { outcome } else { FAILED } as usize] += 1;
        (module.run_release)(run);
    }
    println!("succeeded {}, failed {}, cancelled {}, suspended {}", ended[0], ended[1], ended[2], ended[3]);
    ended[SUCCEEDED as usize] + ended[CANCELLED as usize] == count
}

unsafe fn host(words: &[String]) -> io::Result<bool> {
    let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, what.to_string());
    let command = words.get(1).map_or("", |word| word);
    if !matches!((command, words.len()), ("list", 3) | ("run" | "many", 7)) {
        return Err(bad("usage: list MODULE | run|many MODULE NODE CONNECTION_FILE INPUT CHECKPOINT|COUNT"));
    }
    let module = load(&c_string(&words[2])?).map_err(|what| bad(&what))?;
    let nodes = std::slice::from_raw_parts(module.nodes, module.node_count as usize);
    if words.len() == 3 {
        for node in nodes {
            println!("{}: {}", text((**node).action_id), text((**node).description));
        }
        return Ok(true);
    }
    let node = nodes.iter().map(|node| &**node).find(|node| text(node.action_id) == words[3]);
    let node = node.ok_or_else(|| bad("there is no such node"))?;
    let (connection, input) = (c_string(&fs::read_to_string(&words[4])?)?, c_string(&words[5])?);
    let request = Request { connection_json: connection.as_ptr(), input_json: input.as_ptr(), ..Request::default() };
    let mut session = ptr::null_mut();
    if (module.open)(ptr::null(), ptr::null(), &mut session) != OK {
        return Err(bad("no session can be opened"));
    }
    let succeeded = match command {
        "many" => words[6]
            .parse()
            .map(|count| run_many(module, node, session, request, count))
            .map_err(|_| bad("COUNT is no number")),
        _ => run_one(module, node, session, request, &words[6]),
    };
    (module.close)(session);
    succeeded
}

fn main() {
    let words: Vec<String> = env::args().collect();
    let succeeded = unsafe { host(&words) }.unwrap_or_else(|error| {
        eprintln!("host_rust: {}", error);
        false
    });
    process::exit(if succeeded { 0 } else { 1 });
}
