'use strict';
// n8n tells Node.js by this function to look where NODE_PATH says. Bun has no such function, and does so at its start.
module.constructor._initPaths = () => {};
