/** A JSON Schema (draft 7). */
export type JsonSchema = { [keyword: string]: unknown };
export type LogLevel = 'trace' | 'debug' | 'info' | 'warning' | 'error';

/**
 * Loads a module of nodes. Only its descriptor is read: nothing is started, nothing connected.
 * The same file twice gives the same module. A module that is no longer used is unloaded.
 * A name without a slash is looked for, with or without ".so", in the folders of WORKFLOW_NODE_PATH and then in
 * ~/.local/lib/workflow_node, /usr/local/lib/workflow_node and /usr/lib/workflow_node, except in those in which others
 * than the user and root may write.
 * @throws ModuleError: module_not_found, module_not_loadable, not_a_module, incomplete_module, unsupported_abi
 */
export function load(pathOrName: string): Module;

/** What an image is prepared for. An AttachmentRequest is one. */
export interface ImageRequest {
    /** Of the image, for messages; without one, the last part of its path, or "The image". */
    readonly name?: string | null;
    /** The best first, for example ["image/jpeg", "image/png"], which is also what none stands for. */
    readonly mediaTypes?: readonly string[];
    /** null: no limit is known. */
    readonly maxBytes?: number | null;
    /** Pixels of the longer side; null: no limit is known. */
    readonly maxSide?: number | null;
}

/**
 * The image as it is where it can stay so; otherwise converted: to JPEG, upright, sRGB, one frame, white behind what is
 * transparent, without metadata, and small enough. vipsthumbnail (Debian: libvips-tools) and ffmpeg do it, in processes of
 * their own; two images at once, the others wait.
 * Rejects with an Error whose message says what is wrong with the file and what to do, and whose code is no_file,
 * not_an_image, damaged, refused, no_tool or failed.
 */
export function prepareImage(source: string | Uint8Array, request?: ImageRequest): Promise<Buffer>;

export interface Module {
    /** Of the file, absolute and without symbolic links. */
    readonly path: string;
    readonly name: string;
    readonly version: string;
    readonly abi: { readonly major: number; readonly minor: number };
    readonly settingsSchema: JsonSchema;
    readonly nodes: readonly NodeDescriptor[];
    find(actionId: string): NodeDescriptor | undefined;
    /**
     * Opens a session and starts its threads. An idle session does not keep the process alive.
     * @throws ModuleError: session_not_opened, e.g. because of the settings
     */
    open(options?: OpenOptions): Session;
}

export interface OpenOptions {
    /** Your program, for the User-Agent and logs. */
    host?: { name?: string; version?: string };
    /** As settingsSchema says. */
    settings?: object;
    /** One line of the module's log, without secrets. */
    onLog?: (level: LogLevel, message: string) => void;
    /**
     * The lowest level of those lines; "debug" by default. With "trace", also each exchange with a service, as JSON: see
     * WFN_LOG_TRACE in node.h.
     */
    logLevel?: LogLevel;
}

export interface NodeDescriptor {
    /** The name to run it by; never changes. */
    readonly actionId: string;
    readonly version: string;
    readonly title: string;
    readonly description: string;
    /** An SVG document; empty: it has none. */
    readonly iconSvg: string;
    readonly categories: readonly string[];
    readonly canCancel: boolean;
    readonly reportsProgress: boolean;
    /** Gives checkpoints and goes on from them. */
    readonly canResume: boolean;
    /** The account at a service that the node needs; null: none. */
    readonly connection: ConnectionDescription | null;
    readonly inputSchema: JsonSchema;
    readonly outputSchema: JsonSchema;
    /** Every error that the node can end with. */
    readonly errors: readonly ErrorDescription[];
    /** What a form needs beside the schemas, as the module gives it; {}: nothing. */
    readonly ui: FormDescription;
    readonly examples: readonly { title: string; input: object; output: object }[];
    /** What a run costs by the service's list, which the service may change; null: not known. */
    readonly price: { readonly credits: number | null; readonly us_dollars: number | null } | null;
    /** The node's texts in other languages, by language; {}: none. */
    readonly translations: { readonly [language: string]: Translation };
}

/** A language of translations_json of node.h. */
export interface Translation {
    readonly title?: string;
    readonly description?: string;
    readonly inputs?: { readonly [property: string]: { readonly title?: string; readonly help?: string } };
    readonly outputs?: { readonly [property: string]: { readonly title?: string; readonly help?: string } };
    readonly connection?: { readonly [property: string]: { readonly title?: string; readonly help?: string } };
    readonly help?: { readonly how_it_works?: string; readonly notes?: readonly { title: string; text: string }[] };
    readonly errors?: { readonly [code: string]: { readonly type?: string; readonly cause?: string; readonly solution?: string } };
}

/** ui_json of node.h. */
export interface FormDescription {
    readonly inputs?: { readonly [property: string]: Control };
    readonly outputs?: { readonly [property: string]: Control };
    readonly connection?: { readonly [property: string]: Control };
    readonly help?: { readonly how_it_works?: string; readonly notes?: readonly { title: string; text: string }[] };
    /** Categories to show the node under. */
    readonly palette?: readonly string[];
}

export interface Control {
    /** From 1. */
    readonly order?: number;
    /** short_text, long_text, media_url, dropdown... */
    readonly type?: string;
    readonly media_type?: 'image' | 'video' | 'audio' | 'file';
    readonly help?: string;
    /** Another property, and the value of it that this one is used with, or an array of them. */
    readonly only_for?: { readonly [property: string]: unknown };
    /** Whether it must be given with those values. */
    readonly required?: boolean;
}

export interface ConnectionDescription {
    readonly required: boolean;
    readonly name: string;
    /** Connections of one category are interchangeable. */
    readonly category: string;
    readonly description: string;
    /** Secrets are "writeOnly". */
    readonly schema: JsonSchema;
}

export interface ErrorDescription {
    readonly code: string;
    readonly type: string;
    readonly cause: string;
    readonly solution: string;
    readonly retryable: boolean;
}

export interface Session {
    /**
     * Runs a node. Returns at once; the promise is kept when the run is over.
     * Rejects with a RunError when the run failed or was cancelled, with a ModuleError or a TypeError
     * when it was not started. A ModuleError invalid_result, run_lost or out_of_memory says that the run is over and
     * nobody knows how it ended: then the last checkpoint that was kept stays valid.
     */
    execute(run: RunOptions): Promise<RunResult>;
    /**
     * Suspends what runs (those promises are kept first, as suspended) and ends the module's threads.
     * Takes at most about 10 s and never blocks. To cancel instead, abort the runs' signals before.
     */
    close(): Promise<void>;
}

export interface RunOptions {
    /** The node's actionId. */
    node: string;
    /** As the node's inputSchema says; at most 1 MiB of JSON. Only checkConnection does without. */
    input?: object;
    /** As the connection's schema says. Holds secrets: the addon and the module wipe their copies. */
    connection?: object;
    /**
     * The run's name, at most 512 bytes: the same when it is repeated after a crash, another for every
     * other run. From it the service can tell that a job was already paid for.
     */
    runKey?: string;
    /** The last one kept of this run: it goes on from there. Only its json counts. */
    checkpoint?: Pick<Checkpoint, 'json'> | null;
    /** W3C Trace Context. */
    traceparent?: string;
    /** The run's deadline. */
    timeoutMs?: number;
    /** How long to wait for onCheckpoint; 30 000 when not given. */
    checkpointTimeoutMs?: number;
    /** End early, as suspended, with a checkpoint to go on from. */
    suspend?: 'when-submitted' | { afterMs: number };
    /** Check input and connection and send nothing: succeeded without an output, or the error. */
    validateOnly?: boolean;
    /** At the deadline, also cancel the job at the service. */
    cancelJobAtDeadline?: boolean;
    /**
     * Only collect the job that `checkpoint` names: whatever it says, the run never submits. Where there is no job, it
     * fails as nothing_to_collect.
     */
    collectOnly?: boolean;
    /**
     * With validateOnly, and with a connection: also ask the service whether it answers and takes the key. No job is
     * made and nothing is charged. Without an input only the connection is checked. A module that does not know this
     * refuses the call: a ModuleError, invalid_argument.
     */
    checkConnection?: boolean;
    /**
     * Send nothing, and succeed with an output that says what would be sent, every secret masked:
     * { requests: [{ purpose, method, url, headers, body }] }. A module that does not know this refuses the call.
     */
    dryRun?: boolean;
    /**
     * The files of inputs "attachment:NAME", by name: NAME is percent-encoded in the input, as encodeURIComponent does,
     * and plain here. A file is read, or its function called, only when the run needs its bytes, at most once, and is let
     * go when the run ends. What a function throws or rejects with says why there is no file: its message is in the
     * run's error, and nothing is paid. Without an answer within 120 s the run ends, unpaid and retryable.
     */
    attachments?: {
        readonly [name: string]: AttachedFile | ((request: AttachmentRequest) => AttachedFile | Promise<AttachedFile>);
    };
    /** Abort = cancel the run, and its job at the service. */
    signal?: AbortSignal;
    /** Where several came before your code had its turn, only the latest. */
    onProgress?: (progress: Progress) => void;
    /**
     * Keep this durably, in the place of the one before. The run submits only after this returned or its
     * promise was kept; a throw or a reject says that it was not kept. Calls of one run do not overlap.
     */
    onCheckpoint?: (checkpoint: Checkpoint) => void | Promise<void>;
}

/** A file's bytes, or its path. */
export type AttachedFile = Uint8Array | string;

/** What the service takes, so that the file can be converted or shrunk to that. */
export interface AttachmentRequest {
    name: string;
    /** A JSON pointer to the input: "/image". */
    path: string;
    /** The best first: ["image/jpeg", "image/png"]. */
    mediaTypes: string[];
    /** A larger file is refused. */
    maxBytes: number;
    /** Pixels of an image's longer side; null: no limit is known. */
    maxSide: number | null;
}

/** What of a run is kept. It survives JSON.stringify and JSON.parse, and has no secrets. */
export interface Checkpoint {
    /** Whether the run it goes on with has submitted a job, which is what costs money. */
    submission: 'no' | 'maybe' | 'yes';
    /** The service's name of the job, where submission is "yes". */
    jobId: string | null;
    /** The module's own text; at most 16 KiB. */
    json: string;
}

export interface Progress {
    phase: 'preparing' | 'submitting' | 'queued' | 'running' | 'retrying' | 'cancelling';
    /** 0 to 1; null: unknown. */
    fraction: number | null;
    /** Expected time until the result. */
    etaMs: number | null;
    elapsedMs: number;
    /** The service's name of the job, once it has one. */
    jobId: string | null;
    /** One short English sentence for people. */
    message: string;
}

export interface Warning {
    code: string;
    message: string;
}

export type RunResult =
    | {
          outcome: 'succeeded';
          /** As the node's outputSchema says; null with validateOnly. */
          output: object | null;
          warnings: Warning[];
          checkpoint: Checkpoint | null;
      }
    | {
          outcome: 'suspended';
          /** To keep, in the place of any earlier one. */
          checkpoint: Checkpoint | null;
          /** A good moment to go on. */
          resumeAfterMs: number | null;
          warnings: Warning[];
      };

/** A row of the module's error table, with what this run adds, as it is stored and as flows read it. */
export interface ErrorFields {
    type: string;
    code: string;
    message: string;
    cause: string;
    solution: string;
    retryable: boolean;
    retry_after_ms: number | null;
    charged: 'no' | 'yes' | 'unknown';
    http_status: number | null;
    request_id: string | null;
    job_id: string | null;
    details: { path: string; message: string }[];
}

type KnownFields = Pick<ErrorFields, 'type' | 'code' | 'message' | 'cause' | 'solution' | 'retryable'>;

/** A run that failed or was cancelled. The texts are for people; `code` is for programs. */
export class RunError extends Error {
    /** For errors of a host's own, beside those of the module, and for errors that were stored. */
    constructor(
        fields: KnownFields & Partial<ErrorFields>,
        ending?: { outcome?: 'failed' | 'cancelled'; checkpoint?: Checkpoint | null; warnings?: Warning[] },
    );
    readonly name: 'RunError';
    readonly type: string;
    readonly code: string;
    /** What in general causes this type. */
    readonly cause: string;
    readonly solution: string;
    /** The same run may succeed later. */
    readonly retryable: boolean;
    /** Do not retry before. */
    readonly retryAfterMs: number | null;
    /** May this run have been billed? */
    readonly charged: 'no' | 'yes' | 'unknown';
    readonly httpStatus: number | null;
    readonly requestId: string | null;
    readonly jobId: string | null;
    readonly details: { path: string; message: string }[];
    readonly outcome: 'failed' | 'cancelled';
    /** Where the run can be resumed; null: discard what you kept. */
    readonly checkpoint: Checkpoint | null;
    readonly warnings: Warning[];
    readonly fields: ErrorFields;
    /** All but the stack. */
    toJSON(): Record<string, unknown>;
}

/** A module that cannot be used, or a call that was wrong or came at the wrong time. */
export class ModuleError extends Error {
    private constructor();
    readonly name: 'ModuleError';
    readonly code:
        | 'module_not_found'
        | 'module_not_loadable'
        | 'not_a_module'
        | 'incomplete_module'
        | 'unsupported_abi'
        | 'session_not_opened'
        | 'session_closed'
        | 'unknown_node'
        | 'invalid_argument'
        | 'invalid_result'
        | 'run_refused'
        | 'run_lost'
        | 'out_of_memory'
        | 'internal_error';
    /** With invalid_result: the one to keep from now on. Absent: what was kept stays. */
    readonly checkpoint?: Checkpoint;
}
