/**
 * The import rules of the project: which room may import from which, and who owns which dependency.
 * docs/architecture.md explains them; test/architecture/layers.test.ts runs them.
 *
 * Type imports obey the same direction as value imports: a room that knows the types of a room to its left cannot be understood,
 * or replaced, without it. The one exception is `config/config.ts`, types only, which every room may know.
 */

/** From left to right; a room imports from rooms to its right, and rooms of one line never from each other. */
const ROOMS = [
  ['cli'],
  ['app'],
  ['viewer', 'admin'],
  ['pipeline'],
  ['hook', 'cache', 'origin'],
  ['function'],
  ['host'],
  ['wire'],
  ['telemetry', 'http'],
  ['base'],
];

/** Rooms outside the line. `config` compiles what the command line and the composition root pass on; `sandbox` is a program. */
const BESIDE = { config: ['http', 'base'], sandbox: ['wire', 'base'] };

/** Who beside its own line may import the room. Nobody imports `sandbox`: it is started as a file. */
const IMPORTERS_OF_CONFIG = ['cli', 'app'];

/** One owner per dependency: its rooms, as path patterns under src/. A package that is not listed may be imported by nobody. */
const OWNERS = {
  esbuild: ['function/'],
  'isolated-vm': ['sandbox/(?!guest/)'],
  'lru-cache': ['cache/store/'],
  pino: ['telemetry/'],
  'pino-pretty': ['telemetry/'],
  'prom-client': ['telemetry/'],
  undici: ['origin/', 'host/'],
  zod: ['config/', 'hook/'],
};

/** Parts of Node that only some rooms may touch. */
const NODE_OWNERS = {
  child_process: ['host/', 'app/'],
  cluster: ['app/'],
  worker_threads: [],
  // To take `gc` from a context of its own (host-garbage.ts).
  vm: ['sandbox/(?!guest/)'],
};

const CONFIG_TYPES = '^src/config/config\\.ts$';

function directionRules() {
  const rules = ROOMS.flatMap((line, index) => {
    const right = ROOMS.slice(index + 1).flat();
    return line.map((room) => directionRule(room, right));
  });
  const beside = Object.entries(BESIDE).map(([room, right]) => directionRule(room, right));
  return [...rules, ...beside];
}

function directionRule(room, right) {
  const config = IMPORTERS_OF_CONFIG.includes(room) ? ['config'] : [];
  const allowed = [room, ...right, ...config];
  return {
    name: `direction-of-${room}`,
    severity: 'error',
    comment: `${room}/ imports from ${allowed.slice(1).join(', ') || 'no other room'} only`,
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: [`^src/(?:${allowed.join('|')})/`, CONFIG_TYPES] },
  };
}

function ownerRules() {
  return Object.entries(OWNERS).map(([dependency, owners]) => ({
    name: `owner-of-${dependency}`,
    severity: 'error',
    comment: `${dependency} is imported by ${owners.join(', ')} only`,
    from: { path: '^src/', pathNot: owners.map((owner) => `^src/${owner}`) },
    to: { path: `(?:^|/)node_modules/${dependency}/` },
  }));
}

function nodeOwnerRules() {
  return Object.entries(NODE_OWNERS).map(([module, owners]) => ({
    name: `owner-of-node-${module.replace('_', '-')}`,
    severity: 'error',
    comment: `node:${module} is imported by ${owners.join(', ') || 'nobody'} only`,
    from: { path: '^src/', pathNot: owners.map((owner) => `^src/${owner}`) },
    to: { dependencyTypes: ['core'], path: `^${module}$` },
  }));
}

module.exports = {
  forbidden: [
    ...directionRules(),
    ...ownerRules(),
    ...nodeOwnerRules(),
    {
      name: 'known-room',
      severity: 'error',
      comment: 'Every file of src/ is in a room that has a rule above',
      from: {
        path: '^src/',
        pathNot: `^src/(?:${[...ROOMS.flat(), ...Object.keys(BESIDE)].join('|')})/`,
      },
      to: {},
    },
    {
      name: 'known-dependency',
      severity: 'error',
      comment: 'A package that src/ imports has an owner above; the guest bundles its own',
      from: { path: '^src/', pathNot: '^src/sandbox/guest/' },
      to: {
        dependencyTypes: [
          'npm',
          'npm-dev',
          'npm-optional',
          'npm-peer',
          'npm-no-pkg',
          'npm-unknown',
        ],
        pathNot: `(?:^|/)node_modules/(?:${Object.keys(OWNERS).join('|')})/`,
      },
    },
    {
      name: 'sandbox-is-a-program',
      severity: 'error',
      comment: 'A hook host is started as a file; what it shares with the edge worker is in wire/',
      from: { pathNot: '^src/sandbox/' },
      to: { path: '^src/sandbox/' },
    },
    {
      name: 'guest-is-text',
      severity: 'error',
      comment:
        'The guest runs inside an isolate: the host reads it as text, and it can reach neither the host nor Node',
      from: { path: '^src/sandbox/(?!guest/)' },
      to: { path: '^src/sandbox/guest/' },
    },
    {
      name: 'guest-reaches-no-host',
      severity: 'error',
      comment: 'Nothing of the hook host exists inside an isolate',
      from: { path: '^src/sandbox/guest/' },
      to: { path: '^src/sandbox/(?!guest/)' },
    },
    {
      name: 'src-stands-alone',
      severity: 'error',
      comment: 'src/ ships without hooks/, test/, bench/ and build/',
      from: { path: '^src/' },
      to: { path: '^(?:hooks|test|bench|build)/' },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      comment:
        'Two files that need each other are one file, or three. The guest may: its modules load lazily, as those of Node do',
      from: { path: '^src/', pathNot: '^src/sandbox/guest/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'Every import leads somewhere',
      from: { path: '^src/', pathNot: '^src/sandbox/guest/' },
      to: { couldNotResolve: true },
    },
  ],
  options: {
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
