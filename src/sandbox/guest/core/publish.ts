/** Sets the name that programs see: the bundler renames what would collide with a global. */
export function publish<T extends object>(name: string, value: T): T {
  Object.defineProperty(value, 'name', { value: name, configurable: true });
  const { prototype } = value as { prototype?: object };
  if (prototype !== undefined && !Object.hasOwn(prototype, Symbol.toStringTag)) {
    Object.defineProperty(prototype, Symbol.toStringTag, { value: name, configurable: true });
  }
  return value;
}

/** The same for a class of Node, which has no tag. */
export function publishName<T extends object>(name: string, value: T): T {
  return Object.defineProperty(value, 'name', { value: name, configurable: true });
}
