// Of Asio's TLS only the stream's engine. ssl::context is left out on purpose: its file defines a
// global object that initialises OpenSSL while the module is being loaded, with an atexit handler,
// before anybody could ask for OPENSSL_INIT_NO_ATEXIT. The code makes its SSL_CTX itself.
#include <boost/asio/ssl/detail/impl/engine.ipp>
#include <boost/asio/ssl/impl/error.ipp>
