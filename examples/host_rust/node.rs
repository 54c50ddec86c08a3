//! What host.rs uses of workflow_node/node.h, in Rust. Members that it does not use keep their places.
use std::ffi::CStr;
use std::mem;
use std::os::raw::{c_char, c_int, c_void};

pub const OK: i32 = 0;
pub const SUCCEEDED: i32 = 0;
pub const FAILED: i32 = 1;
pub const CANCELLED: i32 = 2;
const ABI_MAJOR: u32 = 1;

pub enum Session {}
pub enum Run {}
type Text = *const c_char;

#[repr(C)]
pub struct Progress {
    pub struct_size: u32,
    pub phase: i32,
    pub fraction: f64,
    pub eta_ms: i64,
    pub elapsed_ms: i64,
    pub job_id: Text,
    pub message: Text,
}

/// Its first part: more members may follow wherever the module is the one who fills a struct.
#[repr(C)]
pub struct Checkpoint {
    pub struct_size: u32,
    pub submission: i32,
    pub json: Text,
}

#[repr(C)]
pub struct Error {
    pub struct_size: u32,
    pub retryable: i32,
    pub code: Text,
    pub kind: Text,
    pub message: Text,
    pub cause: Text,
    pub solution: Text,
    pub retry_after_ms: i64,
    pub charged: i32,
    pub http_status: i32,
    pub request_id: Text,
    pub job_id: Text,
    pub details_json: Text,
    pub json: Text,
}

#[repr(C)]
pub struct RunResult {
    pub struct_size: u32,
    pub outcome: i32,
    pub output_json: Text,
    pub error: *const Error,
    pub checkpoint: *const Checkpoint,
    pub checkpoint_json: Text,
}

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Request {
    pub struct_size: u32,
    pub flags: u32,
    pub run_key: Text,
    pub input_json: Text,
    pub connection_json: Text,
    pub checkpoint_json: Text,
    pub traceparent: Text,
    pub timeout_ms: i64,
    pub checkpoint_timeout_ms: i64,
    pub suspend: i32,
    pub reserved: i32,
    pub suspend_after_ms: i64,
    pub user_data: *mut c_void,
    pub on_progress: Option<unsafe extern "C" fn(*mut c_void, *mut Run, *const Progress)>,
    pub on_checkpoint: Option<unsafe extern "C" fn(*mut c_void, *mut Run, *const Checkpoint)>,
    pub on_complete: Option<unsafe extern "C" fn(*mut c_void, *mut Run, *const RunResult)>,
}

impl Default for Request {
    fn default() -> Self {
        // Every member's zero is a sensible default.
        Request { struct_size: mem::size_of::<Request>() as u32, ..unsafe { mem::zeroed() } }
    }
}

#[repr(C)]
pub struct Node {
    pub struct_size: u32,
    pub flags: u32,
    pub action_id: Text,
    pub version: Text,
    pub title: Text,
    pub description: Text,
    unused: [*const c_void; 9],
    pub execute: unsafe extern "C" fn(*const Node, *mut Session, *const Request, *mut *mut Run) -> i32,
}

#[repr(C)]
pub struct Module {
    pub struct_size: u32,
    pub abi_major: u32,
    pub abi_minor: u32,
    pub node_count: u32,
    pub name: Text,
    pub version: Text,
    pub nodes: *const *const Node,
    pub settings_schema_json: Text,
    pub open: unsafe extern "C" fn(*const c_void, Text, *mut *mut Session) -> i32,
    pub close: unsafe extern "C" fn(*mut Session) -> i32,
    pub run_cancel: unsafe extern "C" fn(*mut Run) -> i32,
    pub run_suspend: unsafe extern "C" fn(*mut Run) -> i32,
    pub run_checkpoint_saved: unsafe extern "C" fn(*mut Run, i32) -> i32,
    pub run_wait: unsafe extern "C" fn(*mut Run, i64) -> i32,
    pub run_result: unsafe extern "C" fn(*mut Run) -> *const RunResult,
    pub run_release: unsafe extern "C" fn(*mut Run) -> i32,
}

#[link(name = "dl")]
extern "C" {
    fn dlopen(path: Text, flags: c_int) -> *mut c_void;
    fn dlsym(library: *mut c_void, name: Text) -> *mut c_void;
    fn dlerror() -> Text;
}
const RTLD_NOW: c_int = 2;

/// The module's table, checked. It is never unloaded: what the table points to lives as long as the process.
pub fn load(path: &CStr) -> Result<&'static Module, String> {
    unsafe {
        let library = dlopen(path.as_ptr(), RTLD_NOW);
        if library.is_null() {
            return Err(CStr::from_ptr(dlerror()).to_string_lossy().into_owned());
        }
        let entry = dlsym(library, b"wfn_module_entry\0".as_ptr() as Text);
        if entry.is_null() {
            return Err("this library is no module of nodes".into());
        }
        let entry: unsafe extern "C" fn() -> *const Module = mem::transmute(entry);
        let table = entry();
        if table.is_null() {
            return Err("the module's entry returned NULL".into());
        }
        // Looked at as numbers first: a reference to a Module promises that no function is NULL.
        let [size, major] = *(table as *const [u32; 2]);
        if major != ABI_MAJOR {
            return Err("the module speaks another major version of the boundary".into());
        }
        if (size as usize) < mem::size_of::<Module>()
            || std::slice::from_raw_parts(table as *const usize, 14)[6..].contains(&0)
        {
            return Err("the module's table is incomplete".into());
        }
        let module = &*table;
        if module.nodes.is_null() {
            return Err("the module has no nodes".into());
        }
        for node in std::slice::from_raw_parts(module.nodes as *const *const [usize; 15], module.node_count as usize) {
            if node.is_null() || (*(*node as *const u32) as usize) < mem::size_of::<Node>() || (**node)[14] == 0 {
                return Err("one of the module's nodes is incomplete".into());
            }
        }
        Ok(module)
    }
}
