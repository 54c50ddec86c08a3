/** 40 hexadecimal digits, for names of files and keys. */
export function digestOf(text: string): string;

/** The folder is created at the first write, for its owner alone. */
export class DurableFolder {
    constructor(directory: string);
    /**
     * Resolves when the file with this content is on the disk, readable by its owner alone. Of several calls for one file
     * at the same time the last one counts. A crash during the call leaves the old content.
     */
    write(name: string, content: string | AsyncIterable<Uint8Array>): Promise<void>;
    /** The path of the file, whether it is there or not. */
    pathOf(name: string): string;
    /** null: there is no such file. */
    read(name: string): Promise<string | null>;
    remove(name: string): Promise<void>;
    /** In no particular order. */
    names(): Promise<string[]>;
    /** Removes files last written longer ago than that, and leftovers of crashes. `ms` may be Infinity. */
    removeOlderThan(ms: number): Promise<void>;
}
