export const crypto: Record<string, unknown> = {}; export const zlib: Record<string, unknown> = {}; export const http = {}; export const https = {}; export const asyncHooks = {};
