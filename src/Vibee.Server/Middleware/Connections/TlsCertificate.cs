using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vibee.Server.Middleware.Connections;

/// <summary>The certificate that the server shows, read again when its files change. Handshakes that have begun go on
/// with the old.</summary>
internal sealed class TlsCertificate
{
    private static readonly List<SslApplicationProtocol> Protocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];

    private readonly ReloadingFile<SslServerAuthenticationOptions> _options;

    /// <exception cref="IOException">A file cannot be read, or the key is not the certificate's.</exception>
    public TlsCertificate(string certificate, string key, ILogger logger) =>
        _options = new(() => Read(certificate, key), logger, certificate, key);

    public SslServerAuthenticationOptions Options => _options.Value;

    private static SslServerAuthenticationOptions Read(string certificate, string key)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificate);
            var leaf = X509Certificate2.CreateFromPemFile(certificate, key);
            // Windows makes no handshakes with a key that is only in memory.
            if (OperatingSystem.IsWindows())
                leaf = X509CertificateLoader.LoadPkcs12(leaf.Export(X509ContentType.Pkcs12), null);
            return new SslServerAuthenticationOptions
            {
                // Offline: what the certificate lacks is not fetched from addresses that it names.
                ServerCertificateContext = SslStreamCertificateContext.Create(leaf, chain, offline: true),
                ApplicationProtocols = Protocols,
            };
        }
        catch (Exception exception) when (exception is CryptographicException or UnauthorizedAccessException or ArgumentException)
        {
            throw new IOException($"{certificate}, {key}: no certificate and its key in PEM: {exception.Message}", exception);
        }
    }
}
