'use strict';
// Preloaded: the program that a process starts again when it starts itself. Started by a loader or an emulator, it does not know.
Object.defineProperty(process, 'execPath', { value: process.env.EXEC_PATH });
