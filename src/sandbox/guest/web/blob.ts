export class Blob { constructor(_parts: unknown[]) {} } export class File {}
