export const crypto = 0, Crypto = 0, CryptoKey = 0, SubtleCrypto = 0;
