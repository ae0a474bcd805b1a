/** What readable-stream finds under the name `string_decoder/`. */
export { StringDecoder } from '../../node/string-decoder.ts';
