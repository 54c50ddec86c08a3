'use strict';
// The configuration node of one category of connections.
const { readConnection } = require('./inputs');

function registerConnectionNode({ RED }, connection) {
    const secrets = connection.fields.filter((field) => field.secret);
    RED.nodes.registerType(
        connection.type,
        function ConnectionNode(config) {
            RED.nodes.createNode(this, config);
            this.value = () => readConnection(connection.fields, config, this.credentials);
        },
        { credentials: Object.fromEntries(secrets.map((field) => [field.property, { type: 'password' }])) },
    );
}

module.exports = { registerConnectionNode };
