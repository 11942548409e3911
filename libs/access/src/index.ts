export { accessOf, noCredential, openAccess, type Access, type Admission } from './access.ts';
export { accessSettings, openedAccess, readAccess, type AccessConfiguration } from './access-settings.ts';
export { credentialOf } from './credential.ts';
export { hashOf, isEnvironment, isScope, newKey, type NewKey, type StoredKey } from './keys/api-key.ts';
export { keysMaxAgeMs, KeyRing, type KeyStore } from './keys/key-ring.ts';
export { KeysFileError, keysFileText, readKeysFile } from './keys/keys-file.ts';
export { declaredBy, everything, isPermission, type Declared, type Permission } from './permission.ts';
export { TokenKeysUnavailable } from './tokens/issuer-keys.ts';
export { tokenVerifier, type TokenSettings, type VerifyToken } from './tokens/token-verifier.ts';
