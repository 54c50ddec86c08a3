/**
 * The modules' files in `modules`, the folder that hosts/node/assemble.js fills. Throws when there is none for this
 * platform, in words for people.
 */
export function bundledModules(modules: string): string[];
