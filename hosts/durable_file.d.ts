/**
 * Resolves when the file with this text is on the disk, readable by its owner alone. One call at a time for each file; a crash
 * meanwhile leaves the old text, and perhaps a file of the same name with `.new` behind it.
 */
export function writeDurably(file: string, text: string): Promise<void>;
