import type { FunctionPackage } from './function-package.ts';
import { TASK_ROOT } from './task-root.ts';

/**
 * Lambda's major version of Node whose conventions are followed: the last that takes callback
 * handlers (CloudFront developer guide).
 */
const NODE_MAJOR = 22;

/**
 * The environment variables of a function (CloudFront developer guide): Lambda's reserved ones, then the
 * function's own. Differs: at the edge a function has no variables of its own; here `environment`
 * may set any name, the reserved ones too, because code that is developed off AWS must get its
 * region and credentials from somewhere. A CloudFront function has none.
 */
export function environmentOf(pkg: FunctionPackage): Readonly<Record<string, string>> {
  const { config } = pkg;
  if (config.runtime === 'cloudfront-function') return {};
  const name = `us-east-1.${config.name}`;
  return {
    AWS_REGION: 'us-east-1',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_EXECUTION_ENV: `AWS_Lambda_nodejs${NODE_MAJOR}.x`,
    AWS_LAMBDA_FUNCTION_NAME: name,
    AWS_LAMBDA_FUNCTION_VERSION: FUNCTION_VERSION,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(config.limits.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name}`,
    LAMBDA_TASK_ROOT: TASK_ROOT,
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    _HANDLER: config.handler,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    NODE_PATH:
      `/opt/nodejs/node${NODE_MAJOR}/node_modules:/opt/nodejs/node_modules:` +
      `/var/runtime/node_modules:/var/runtime:${TASK_ROOT}`,
    ...config.environment,
  };
}

/**
 * Lambda numbers versions from 1, and only a numbered version runs at the edge. Ours are hashes,
 * which no code expects here.
 */
const FUNCTION_VERSION = '1';
