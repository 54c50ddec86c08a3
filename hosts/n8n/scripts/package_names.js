'use strict';
// What a package is known by: in n8n by its name, in the user's folder and in Redis by that of its store.
const { name: ownPackage } = require('../package.json');

const ownModule = 'pixelml_nodes';

/**
 * {packageName, storeName}. Those of the project's own module never change: workflows and kept runs have them. Those of
 * another follow from its name, so that one n8n can have both packages.
 */
function namesOf(module) {
    if (module.name === ownModule) {
        return { packageName: ownPackage, storeName: 'image-to-video' };
    }
    const words = module.name.toLowerCase().match(/[a-z0-9]+/g) ?? [];
    const packageName = `n8n-nodes-${words.join('-')}`;
    if (words.length === 0 || packageName === ownPackage) {
        throw new Error(`${packageName} cannot be the package of the module "${module.name}": give the module another name.`);
    }
    // In the user's folder, a shorter name might be that of a folder of n8n's own.
    return { packageName, storeName: packageName };
}

module.exports = { namesOf };
