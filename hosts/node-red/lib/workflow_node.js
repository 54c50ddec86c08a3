'use strict';
// The Node-RED node made of one node of a module.
const { readInputs } = require('./inputs');
const { reportFailure } = require('./failure');
const { statusOf } = require('./status');

const statusEvery = 250; // ms; a thousand runs report ten times a second each
const defaultLimit = 10;

/** Registers the type. `host` is {RED, t, flowRuns, sessions, previews}. */
function registerWorkflowNode(host, entry) {
  const { RED } = host;
  RED.nodes.registerType(entry.type, function WorkflowNodeType(config) {
    RED.nodes.createNode(this, config);
    new WorkflowNode(host, entry, this, config);
  });
}

class WorkflowNode {
  #host;
  #entry;
  #config;
  #runs;
  #timer = null;
  #shown = '';

  constructor(host, entry, node, config) {
    this.#host = host;
    this.#entry = entry;
    this.#config = config;
    this.node = node;
    const limit = Number(config.concurrency);
    this.limit = Number.isInteger(limit) && limit > 0 ? limit : defaultLimit;
    this.#runs = host.flowRuns.of(node);
    this.#runs.attach(this);
    const read = async (msg) => {
      const given = await readInputs(host.RED, node, entry, config, msg);
      for (const warning of given.warnings) node.warn(warning.message, msg);
      return given;
    };
    node.on('input', (msg, send, done) => {
      this.#runs.accept(msg, send, done, read).catch(done);
    });
    node.on('close', (removed, done) => {
      clearTimeout(this.#timer);
      host.flowRuns.close(node, removed).then(done, done);
    });
  }

  async start(run, { onProgress, onCheckpoint }) {
    const { module, descriptor, connection } = this.#entry;
    return this.#host.sessions.of(module).execute({
      node: descriptor.actionId,
      input: run.input,
      connection: connection ? this.#connection() : undefined,
      runKey: run.key,
      checkpoint: run.checkpoint ?? undefined,
      signal: run.canceller.signal,
      onProgress,
      onCheckpoint,
    });
  }

  #connection() {
    const chosen = this.#host.RED.nodes.getNode(this.#config.connection);
    if (!chosen && this.#entry.connection.required) {
      throw new Error(`There is no ${this.#entry.connection.name}. Choose or add one in the node.`);
    }
    return chosen?.value();
  }

  /** Whether what the node sends goes anywhere. After some deploys there are no wires at all. */
  get wired() {
    return (this.node.wires ?? []).flat().some(Boolean);
  }

  succeeded(run) {
    const { msg, outcome } = run;
    msg.payload = outcome.output;
    const warnings = [...run.warnings, ...outcome.warnings];
    if (warnings.length > 0) msg.warnings = warnings;
    for (const warning of outcome.warnings) this.node.warn(warning.message, msg);
    this.#host.previews.add(this.node, this.#entry, outcome.output);
    run.send(msg);
    run.done();
  }

  failed(run) {
    const { error } = run.outcome;
    if (run.checkpoint) run.msg.run = { key: run.key, checkpoint: run.checkpoint };
    reportFailure(this.#host.RED, run.done, error);
  }

  /** For a message that was still waiting for its turn. */
  cancelledError() {
    const known = this.#entry.descriptor.errors.find((error) => error.code === 'cancelled');
    const fields = { type: 'Cancelled', code: 'cancelled', ...known, charged: 'no' };
    const error = new Error('The message was cancelled before its run began');
    return Object.assign(error, fields, { cause: fields.cause, toJSON: () => ({ ...fields, message: error.message }) });
  }

  /** Shows the status soon, and not more often than people can read. */
  changed() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const makesVideo = this.#entry.videoOutputs.length > 0;
      const status = statusOf(this.#host.t, { ...this.#runs.view(), makesVideo });
      const text = JSON.stringify(status);
      if (text !== this.#shown) this.node.status(status);
      this.#shown = text;
    }, statusEvery);
    this.#timer.unref?.();
  }
}

module.exports = { registerWorkflowNode, defaultLimit };
