// Preloaded where the user's code is loaded to be read and not to be run: whatever it connects to at load, it fails.
import { Socket as UdpSocket } from 'node:dgram';
import { Socket } from 'node:net';

const refuse = () => {
  throw new Error(`no network: ${process.env['NO_NETWORK_BECAUSE'] ?? 'handlers are only listed here'}`);
};
Socket.prototype.connect = refuse;
UdpSocket.prototype.send = refuse;
UdpSocket.prototype.connect = refuse;
