import { test } from 'vitest';
import { environmentOf } from '../../src/function/environment-of.ts';
import type { FunctionPackage } from '../../src/function/function-package.ts';
import { configOf } from './function-folder.ts';

const packageFor = (overrides: Parameters<typeof configOf>[1]): FunctionPackage => ({
  name: 'auth',
  version: '0123456789ab',
  config: configOf('/code', { name: 'auth', ...overrides }),
  program: { format: 'cjs', text: '' },
  exportPath: ['handler'],
  files: {},
});

test('environmentOf() gives the reserved variables (CloudFront developer guide)', ({ expect }) => {
  expect(environmentOf(packageFor({}))).toMatchObject({
    AWS_REGION: 'us-east-1',
    AWS_LAMBDA_FUNCTION_NAME: 'us-east-1.auth',
    AWS_LAMBDA_FUNCTION_VERSION: '1',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
    LAMBDA_TASK_ROOT: '/var/task',
    _HANDLER: 'index.handler',
    TZ: ':UTC',
  });
});

test('environmentOf() lets the setting add and replace', ({ expect }) => {
  const environment = { REALM: 'staff', AWS_REGION: 'eu-west-1' };
  expect(environmentOf(packageFor({ environment }))).toMatchObject(environment);
});

test('environmentOf() is empty for a CloudFront function', ({ expect }) => {
  const pkg = packageFor({ runtime: 'cloudfront-function', environment: { A: '1' } });
  expect(environmentOf(pkg)).toEqual({});
});
