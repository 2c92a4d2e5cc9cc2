<?php
// This file is part of Moodle - https://moodle.org/
//
// Moodle is free software: you can redistribute it and/or modify
// it under the terms of the GNU General Public License as published by
// the Free Software Foundation, either version 3 of the License, or
// (at your option) any later version.
//
// Moodle is distributed in the hope that it will be useful,
// but WITHOUT ANY WARRANTY; without even the implied warranty of
// MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the
// GNU General Public License for more details.
//
// You should have received a copy of the GNU General Public License
// along with Moodle.  If not, see <https://www.gnu.org/licenses/>.

namespace mod_lticontainer\local;

use curl;
use mod_lticontainer\local\exception\service_unavailable;

/**
 * Carries requests with Moodle's own curl.
 *
 * No redirect is followed: the service makes none, and the token must not go where one points.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class curl_transport implements transport {
    /** @var array Reasons of curl's error numbers, as service_unavailable knows them. */
    private const REASONS = [
        CURLE_COULDNT_RESOLVE_HOST => service_unavailable::UNRESOLVED,
        CURLE_OPERATION_TIMEDOUT => service_unavailable::SLOW,
        CURLE_SSL_CONNECT_ERROR => service_unavailable::UNTRUSTED,
        CURLE_SSL_PEER_CERTIFICATE => service_unavailable::UNTRUSTED,
        CURLE_SSL_CACERT => service_unavailable::UNTRUSTED,
        CURLE_SSL_CACERT_BADFILE => service_unavailable::UNTRUSTED,
        CURLE_URL_MALFORMAT => service_unavailable::UNRESOLVED,
    ];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var bool Whether certificates are checked. */
        private readonly bool $verify,
        /** @var string File with certificates to trust; empty: those of the system. */
        private readonly string $cafile,
    ) {
    }

    /**
     * Returns the one that the site's settings describe.
     *
     * @return self
     */
    public static function from_settings(): self {
        $config = get_config('mod_lticontainer');
        return new self((bool) ($config->verify ?? true), trim((string) ($config->cafile ?? '')));
    }

    #[\Override]
    public function send(string $method, string $url, array $headers, string $body, float $seconds): response {
        global $CFG;
        require_once($CFG->libdir . '/filelib.php');
        // An administrator has typed this address, and services mostly stand on addresses that Moodle blocks for others.
        $curl = new curl(['ignoresecurity' => true]);
        // Without an empty Expect, curl waits for a permission before it sends a long body.
        $curl->setHeader([...$headers, 'Expect:']);
        $options = $this->options($seconds);
        $text = $method === 'GET' ? $curl->get($url, [], $options) : $curl->post($url, $body, $options);
        return self::response($curl, (string) $text);
    }

    /**
     * Returns what came.
     *
     * @param curl $curl What has sent the request.
     * @param string $body The body.
     * @return response
     * @throws service_unavailable Nothing came, or not all of it.
     */
    private static function response(curl $curl, string $body): response {
        if ($curl->get_errno() !== 0) {
            $reason = self::REASONS[$curl->get_errno()] ?? service_unavailable::DOWN;
            throw new service_unavailable($reason, (string) $curl->error);
        }
        $info = $curl->get_info();
        $type = strtolower(trim(explode(';', (string) ($info['content_type'] ?? ''))[0]));
        return new response((int) $info['http_code'], $type, $body);
    }

    /**
     * Sends a request for a file, and hands on what comes while it comes.
     *
     * @param string $url Whole URL.
     * @param string[] $headers Whole lines.
     * @param float $seconds How long nothing may come.
     * @param \Closure $receive Takes the headers of the answer by name and the next bytes.
     * @return response Its status; the body only where the status is not 200.
     * @throws service_unavailable Nothing came, or not all of it.
     */
    public function receive(string $url, array $headers, float $seconds, \Closure $receive): response {
        global $CFG;
        require_once($CFG->libdir . '/filelib.php');
        $curl = new curl(['ignoresecurity' => true]);
        $curl->setHeader($headers);
        $refusal = '';
        $take = function ($handle, string $bytes) use ($curl, $receive, &$refusal): int {
            if (curl_getinfo($handle, CURLINFO_RESPONSE_CODE) === 200) {
                $receive($curl->getResponse(), $bytes);
            } else {
                $refusal .= $bytes;
            }
            return strlen($bytes);
        };
        $own = [
            'CURLOPT_RETURNTRANSFER' => 0,
            'CURLOPT_WRITEFUNCTION' => $take,
            // A file takes as long as it takes, as long as something comes.
            'CURLOPT_TIMEOUT_MS' => 0,
            'CURLOPT_LOW_SPEED_LIMIT' => 1,
            'CURLOPT_LOW_SPEED_TIME' => (int) ceil($seconds),
        ];
        $curl->get($url, [], $own + $this->options($seconds));
        return self::response($curl, $refusal);
    }

    /**
     * Returns the options of a request.
     *
     * @param float $seconds How long all of it may take.
     * @return array
     */
    private function options(float $seconds): array {
        $milliseconds = max(1, (int) round($seconds * 1000));
        $options = [
            'CURLOPT_TIMEOUT_MS' => $milliseconds,
            'CURLOPT_CONNECTTIMEOUT_MS' => $milliseconds,
            'CURLOPT_NOSIGNAL' => 1,
            'CURLOPT_FOLLOWLOCATION' => 0,
            'CURLOPT_SSL_VERIFYPEER' => $this->verify ? 1 : 0,
            'CURLOPT_SSL_VERIFYHOST' => $this->verify ? 2 : 0,
        ];
        return $this->cafile === '' ? $options : $options + ['CURLOPT_CAINFO' => $this->cafile];
    }
}
