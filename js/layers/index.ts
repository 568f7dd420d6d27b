export { type DeserializeOptions, deserialize, serialize } from './deserialize.js';
