#include "common/net/src/certificate.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>

#include "common/base/iso8601.hpp"
#include "common/net/src/tls_files.hpp"
#include "common/net/tls.hpp"

namespace parley::net {
namespace {

using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

std::optional<WallTime> to_wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  using namespace std::chrono;
  const auto day = sys_days(year(parts.tm_year + 1900) / (parts.tm_mon + 1) / parts.tm_mday);
  return day + hours(parts.tm_hour) + minutes(parts.tm_min) + seconds(parts.tm_sec);
}

}  // namespace

std::optional<std::string> date_problem(const x509_st* certificate, WallTime now) {
  const auto begin = to_wall_time(X509_get0_notBefore(certificate));
  const auto end = to_wall_time(X509_get0_notAfter(certificate));
  if (!begin || !end) return "has dates that cannot be read";
  if (now < *begin) return "is not valid before " + format_iso8601(*begin);
  if (now > *end) return "has expired at " + format_iso8601(*end);
  return std::nullopt;
}

Result<void> check_dates(boost::asio::ssl::context& context, const std::string& file, WallTime now) {
  const auto refusal = [&](const std::string& problem) {
    return Error{.code = Errc::invalid_config,
                 .message = "a certificate in the certificate file '" + file + "' " + problem};
  };
  SSL_CTX* native = context.native_handle();
  if (auto problem = date_problem(SSL_CTX_get0_certificate(native), now)) return refusal(*problem);
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(native, &chain);
  for (int i = 0; i < sk_X509_num(chain); ++i)
    if (auto problem = date_problem(sk_X509_value(chain, i), now)) return refusal(*problem);
  return {};
}

Result<WallTime> certificate_expires_at(const std::string& certificate_file) {
  const auto unusable = [&](const char* why) {
    ERR_clear_error();
    return Error{.code = Errc::invalid_config,
                 .message = "the certificate file '" + certificate_file + "' cannot be used: " + why};
  };
  const auto text = read_certificates(certificate_file);
  if (!text) return text.error();
  const Bio file(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())), &BIO_free);
  const Certificate certificate(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr), &X509_free);
  if (!certificate) return unusable("expected a certificate in PEM");
  const auto end = to_wall_time(X509_get0_notAfter(certificate.get()));
  if (!end) return unusable("it has dates that cannot be read");
  return *end;
}

}  // namespace parley::net
