// Replaces what the runtime could lean on by something that keeps every function it meets, then calls them all.
const captured = new Set();
const keep = Set.prototype.add.bind(captured);
const reflectApply = Reflect.apply;
/** The language's own functions: to be met everywhere, and nothing to be gained from. */
const known = new Set();
function learn(value, depth) {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || depth > 3)
    return;
  if (typeof value === 'function') known.add(value);
  for (const key of Reflect.ownKeys(value)) {
    const descriptor = Reflect.getOwnPropertyDescriptor(value, key);
    for (const part of [descriptor.value, descriptor.get, descriptor.set]) learn(part, depth + 1);
  }
  learn(Object.getPrototypeOf(value), depth + 1);
}
for (const name of [
  'Object',
  'Function',
  'Array',
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'WeakRef',
  'String',
  'RegExp',
  'Promise',
  'Proxy',
  'Reflect',
  'JSON',
  'Math',
  'Number',
  'BigInt',
  'Boolean',
  'Symbol',
  'Date',
  'Error',
  'TypeError',
  'RangeError',
  'SyntaxError',
  'Uint8Array',
  'Float64Array',
  'ArrayBuffer',
  'SharedArrayBuffer',
  'DataView',
  'Intl',
  'WebAssembly',
  'Iterator',
  'FinalizationRegistry',
]) {
  learn(globalThis[name], 0);
}
for (const one of [async () => {}, function* () {}, async function* () {}])
  learn(Object.getPrototypeOf(one), 0);
function note(value) {
  if (typeof value === 'function') keep(value);
}
function spyOn(owner, name) {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (
    descriptor === undefined ||
    typeof descriptor.value !== 'function' ||
    !descriptor.configurable
  )
    return;
  const original = descriptor.value;
  Object.defineProperty(owner, name, {
    ...descriptor,
    value: function spy() {
      note(this);
      for (let i = 0; i < arguments.length; i++) note(arguments[i]);
      return new.target
        ? Reflect.construct(original, arguments)
        : reflectApply(original, this, arguments);
    },
  });
}
const callSites = [];
Error.prepareStackTrace = (_error, sites) => {
  for (const site of sites) {
    note(site.getFunction());
    note(site.getThis());
    callSites[callSites.length] = String(site.getFileName());
  }
  return String(_error);
};
function trap() {
  return {
    get encoding() {
      note(trap.caller);
      void new Error('who calls').stack;
      return 'utf8';
    },
    toString() {
      void new Error('who calls').stack;
      return 'utf8';
    },
    [Symbol.toPrimitive]() {
      void new Error('who calls').stack;
      return 'utf8';
    },
    toJSON() {
      void new Error('who calls').stack;
      return 'x';
    },
  };
}
function useEverything() {
  const uses = [
    () => console.log('%s %o', 'plain', trap(), trap()),
    () => require('crypto').createHash('sha256').update('x').digest('hex'),
    () => require('crypto').createHash(trap()),
    () => require('crypto').createHmac('sha256', trap()).update(trap()).digest(trap()),
    () => require('crypto').randomBytes(8, trap()),
    () => require('crypto').pbkdf2Sync('a', 'b', 1, 8, trap()),
    () => require('zlib').gzipSync('x', trap()),
    () => require('zlib').gzipSync(new Proxy({}, { get: () => trap })),
    () => new URL('http://a/b?c', trap()).href,
    () => new TextDecoder(trap()).decode(new Uint8Array(3)),
    () => Buffer.from('x', trap()).toString(trap()),
    () => structuredClone(trap()),
    () => performance.now(),
    () => process.hrtime(),
    () => process.stdout.write(trap()),
    () => process.emitWarning(trap()),
    () => setTimeout(trap, 1).unref(),
    () => setImmediate(trap),
    () => process.nextTick(trap),
    () => queueMicrotask(trap),
    () => fetch(trap()).catch(() => {}),
    () =>
      require('http')
        .get({ host: trap(), port: 1 })
        .on('error', () => {}),
    () => new (require('events'))().emit('error', trap()),
    () => require('util').inspect(trap(), { showHidden: true }),
    () => require('util').inspect(new Proxy({}, { get: trap, ownKeys: trap })),
    () => require('fs').readFileSync(trap()),
    () => Promise.reject(trap()).catch(() => {}),
    () => require('crypto').createHash(Symbol('x')),
    () => require('crypto').createHash(() => {}),
    () => require('zlib').gunzipSync(new Uint8Array(3)),
  ];
  const errors = [];
  for (const use of uses) {
    try {
      use();
    } catch (error) {
      errors[errors.length] = error;
    }
  }
  return errors;
}
function tamper() {
  for (const owner of [
    Function.prototype,
    Array.prototype,
    Object.prototype,
    Map.prototype,
    Set.prototype,
    WeakMap.prototype,
    String.prototype,
    RegExp.prototype,
    Promise.prototype,
    Uint8Array.prototype,
    Object.getPrototypeOf(Uint8Array.prototype),
    Object.getPrototypeOf([][Symbol.iterator]()),
    Error,
    JSON,
    Reflect,
    Object,
    Array,
    Promise,
    Symbol,
    Math,
    Number,
    Date,
  ]) {
    for (const name of Reflect.ownKeys(owner)) if (name !== 'constructor') spyOn(owner, name);
  }
}
let errors;
// The first call tampers and watches; the second one uses what was caught, when the first can no longer be confused by it.
exports.handler = async () => {
  if (errors === undefined) {
    tamper();
    errors = useEverything();
    await new Promise((resolve) => setTimeout(resolve, 5));
    return { status: '200', body: '{}' };
  }
  const foreign = errors.filter(
    (error) => !(error instanceof Error) || error.constructor.constructor !== Function,
  );
  const paths = errors
    .map((error) => String(error?.stack))
    .filter((stack) => /\.mjs|sandbox\/|node:internal|isolated-vm/.test(stack));
  const functions = [...captured].filter((one) => one.name !== 'spy' && !known.has(one));
  for (const one of functions) {
    for (const args of [['log', 'error', 'PWNED'], ['clock.now']]) {
      try {
        const got = reflectApply(one, undefined, args);
        if (got instanceof Promise) got.catch(() => undefined);
        if (
          typeof got === 'number' &&
          args[0] === 'clock.now' &&
          got > 1e-9 &&
          one !== Number &&
          !/native/.test(String(one))
        ) {
          foreign[foreign.length] = `a function that tells the time: ${one.name}`;
        }
      } catch {}
    }
  }
  return {
    status: '200',
    body: JSON.stringify({
      functions: functions.length,
      callSites: callSites.length,
      foreign: foreign.map(String),
      paths,
    }),
  };
};
