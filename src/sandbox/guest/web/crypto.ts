export const crypto = { subtle: {}, getRandomValues: <T>(a: T): T => a }, Crypto = 0, CryptoKey = 0, SubtleCrypto = 0;
