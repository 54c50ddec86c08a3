/**
 * The modules' files in `modules`, the folder that hosts/node/assemble.js fills. Throws when one is not built for this
 * platform.
 */
export function bundledModules(modules: string): string[];
