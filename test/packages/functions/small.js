const cookie = require('cookie');
const _ = require('lodash');
const { NIL, v4, v5, v7, validate, version } = require('uuid');
const { json } = require('./reply');

const NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

exports.handler = async (event) => {
  const { request } = event.Records[0].cf;
  const cookies = cookie.parse(request.headers.cookie?.[0].value ?? '');
  const ids = [v4(), v7(), v5('edge.example.com', NAMESPACE)];
  return json({
    cookies,
    setCookie: cookie.serialize('theme', 'dark blue', { httpOnly: true, maxAge: 60, path: '/' }),
    versions: ids.map((id) => version(id)),
    valid: validate(NIL),
    v5: ids[2],
    grouped: _.groupBy([1, 2, 3], (n) => (n % 2 === 0 ? 'even' : 'odd')),
    path: _.get(event, 'Records[0].cf.request.method'),
    merged: _.merge({ a: { b: 1 } }, { a: { c: [2] } }),
    template: _.template('<%= name %>!')({ name: 'edge' }),
    kebab: _.kebabCase('viewerRequest'),
  });
};
