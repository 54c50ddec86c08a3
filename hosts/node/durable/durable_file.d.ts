/**
 * Resolves when the file with this text is on the disk, readable by its owner alone. Of several calls for one file at the
 * same time the last one counts. A crash meanwhile leaves the old text, and perhaps a file `<file>.<something>.new`.
 */
export function writeDurably(file: string, text: string): Promise<void>;
