/** What is said of a file; only an MP4 says its size in pixels and its seconds. */
export interface FactsOfFile {
    bytes: number;
    /** In hexadecimal. */
    sha256: string;
    width?: number;
    height?: number;
    duration?: number;
}

export declare class FileFacts {
    write(chunk: Uint8Array): void;
    readonly bytes: number;
    /** To be called once. */
    facts(): FactsOfFile;
}
