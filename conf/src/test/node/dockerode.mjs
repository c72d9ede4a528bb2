// dockerode, as its many users have it, against a manager: node dockerode.mjs SOCKET|HOST:PORT IMAGE NODES
// Prints one line for each step that went as expected; ends with an error at the first that did not.
import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import Docker from 'dockerode';

const [manager, image, nodeCount] = process.argv.slice(2);
const [host, port] = manager.split(':');
const docker = new Docker(port ? { protocol: 'http', host, port } : { socketPath: manager });
const BOUND_MS = 60_000;

async function step(name, run) {
  try {
    await run();
  } catch (cause) {
    throw new Error(`${name}: ${cause.message}`, { cause });
  }
  console.log(`ok ${name}`);
}

async function until(what, look) {
  const end = Date.now() + BOUND_MS;
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    assert.ok(Date.now() < end, `${what}: not so within ${BOUND_MS} ms`);
    await pause(100);
  }
}

async function refused(promise, status, text) {
  await assert.rejects(promise, (error) => {
    assert.equal(error.statusCode, status, error.message);
    assert.match(error.json.message, text);
    return true;
  });
}

/** A body that is not followed comes whole. */
function streamOf(body) {
  return Buffer.isBuffer(body) ? new PassThrough().end(body) : body;
}

async function text(stream) {
  const parts = [];
  const sink = new Writable({
    write(chunk, _encoding, done) {
      parts.push(chunk);
      done();
    },
  });
  const ended = new Promise((resolve, reject) => stream.on('end', resolve).on('error', reject));
  docker.modem.demuxStream(stream, sink, sink);
  await ended;
  return Buffer.concat(parts).toString();
}

const running = (service) =>
  docker.listTasks({ filters: { service: [service], 'desired-state': ['running'] } }).then((tasks) => tasks.filter((task) => task.Status.State === 'running'));

await step('ping, version and info', async () => {
  assert.equal((await docker.ping()).toString(), 'OK');
  assert.ok((await docker.version()).ApiVersion);
  const info = await docker.info();
  assert.equal(info.Swarm.LocalNodeState, 'active');
  assert.equal(info.Swarm.ControlAvailable, true);
});

await step('nodes are listed, inspected and labelled', async () => {
  const nodes = await docker.listNodes();
  assert.equal(nodes.length, Number(nodeCount));
  const node = docker.getNode(nodes[0].ID);
  const before = await node.inspect();
  await node.update({ version: before.Version.Index, ...before.Spec, Labels: { ...before.Spec.Labels, tried: 'dockerode' } });
  const after = await node.inspect();
  assert.equal(after.Spec.Labels.tried, 'dockerode');
  await node.update({ version: after.Version.Index, ...before.Spec });
  await refused(node.update({ version: 1, ...before.Spec }), 500, /update out of sequence/);
});

let secretId;
let configId;
await step('secrets and configs', async () => {
  secretId = (await docker.createSecret({ Name: 'rode-secret', Labels: {}, Data: Buffer.from('nectar').toString('base64') })).id;
  configId = (await docker.createConfig({ Name: 'rode-config', Labels: {}, Data: Buffer.from('pollen').toString('base64') })).id;
  const secret = await docker.getSecret(secretId).inspect();
  assert.equal(secret.Spec.Name, 'rode-secret');
  assert.equal(secret.Spec.Data, undefined);
  assert.equal((await docker.getConfig(configId).inspect()).Spec.Data, Buffer.from('pollen').toString('base64'));
  await refused(docker.createSecret({ Name: 'rode-secret', Labels: {}, Data: 'YQ==' }), 409, /already exists/);
  assert.equal((await docker.listSecrets({ filters: { name: ['rode-secret'] } })).length, 1);
});

let networkId;
await step('a network of swarm scope', async () => {
  networkId = (await docker.createNetwork({ Name: 'rode-net', Driver: 'overlay', Attachable: true })).id;
  assert.equal((await docker.getNetwork(networkId).inspect()).Scope, 'swarm');
});

const spec = {
  Name: 'rode',
  Labels: { 'rode.kind': 'test' },
  TaskTemplate: {
    ContainerSpec: {
      Image: image,
      Args: ['web'],
      Env: ['GENERATION=1'],
      Secrets: [],
      Configs: [],
    },
    RestartPolicy: { Condition: 'any', Delay: 0 },
    Networks: [],
  },
  Mode: { Replicated: { Replicas: 2 } },
  UpdateConfig: { Parallelism: 2, Delay: 0, Monitor: 1_000_000_000 },
};

let service;
await step('a service is created and runs', async () => {
  const { ContainerSpec } = spec.TaskTemplate;
  ContainerSpec.Secrets = [{ File: { Name: 'rode-secret', UID: '0', GID: '0', Mode: 0o400 }, SecretID: secretId, SecretName: 'rode-secret' }];
  ContainerSpec.Configs = [{ File: { Name: '/rode-config', UID: '0', GID: '0', Mode: 0o444 }, ConfigID: configId, ConfigName: 'rode-config' }];
  spec.TaskTemplate.Networks = [{ Target: networkId, Aliases: ['rode-alias'] }];
  service = docker.getService((await docker.createService(spec)).id);
  await until('two tasks run', async () => (await running('rode')).length === 2);
  await refused(docker.createService(spec), 409, /already exists/);
  await refused(docker.createService({ ...spec, Name: 'not a name' }), 400, /name must be valid/);
});

await step('it is listed by name and by label, with its spec as it was sent', async () => {
  assert.equal((await docker.listServices({ filters: { label: ['rode.kind=test'] } })).length, 1);
  assert.equal((await docker.listServices({ filters: JSON.stringify({ name: ['rode'] }) })).length, 1);
  const seen = (await service.inspect()).Spec;
  assert.deepEqual(seen.TaskTemplate.ContainerSpec.Env, spec.TaskTemplate.ContainerSpec.Env);
  assert.deepEqual(seen.TaskTemplate.ContainerSpec.Secrets, spec.TaskTemplate.ContainerSpec.Secrets);
  assert.deepEqual(seen.TaskTemplate.Networks, spec.TaskTemplate.Networks);
  assert.deepEqual(seen.UpdateConfig.Parallelism, 2);
});

await step('what it uses cannot be removed', async () => {
  await refused(docker.getSecret(secretId).remove(), 400, /in use by the following service: rode/);
  await refused(docker.getConfig(configId).remove(), 400, /in use by the following service: rode/);
});

await step('its logs and its tasks', async () => {
  await until('both tasks have spoken', async () => {
    const log = await text(streamOf(await service.logs({ stdout: true, stderr: true, follow: false })));
    return (log.match(/is open/g) ?? []).length >= 2;
  });
  const [task] = await running('rode');
  const seen = await docker.getTask(task.ID).inspect();
  assert.equal(seen.ServiceID, (await service.inspect()).ID);
  assert.ok(seen.NetworksAttachments[0].Addresses[0]);
});

await step('an update replaces its tasks', async () => {
  const before = await service.inspect();
  const next = structuredClone(before.Spec);
  next.TaskTemplate.ContainerSpec.Env = ['GENERATION=2'];
  await service.update({ version: before.Version.Index, ...next });
  await until('both tasks are of the second generation', async () => {
    const tasks = await running('rode');
    return tasks.length === 2 && tasks.every((task) => task.Spec.ContainerSpec.Env[0] === 'GENERATION=2');
  });
  await until('the update is completed', async () => (await service.inspect()).UpdateStatus?.State === 'completed');
  // The same field, changed in two ways since it was read.
  next.TaskTemplate.ContainerSpec.Env = ['GENERATION=3'];
  await refused(service.update({ version: before.Version.Index, ...next }), 500, /update out of sequence/);
});

await step('all is removed', async () => {
  await service.remove();
  await refused(service.inspect(), 404, /service .* not found/);
  await until('the network is free', () => docker.getNetwork(networkId).remove().then(() => true, (error) => { assert.equal(error.statusCode, 400, error.message); return false; }));
  await docker.getSecret(secretId).remove();
  await docker.getConfig(configId).remove();
  await refused(docker.getSecret(secretId).inspect(), 404, /not found/);
});
