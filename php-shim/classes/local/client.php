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

use mod_lticontainer\local\exception\service_exception;
use mod_lticontainer\local\exception\service_not_configured;
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\exception\service_unavailable;

/**
 * Calls the service.
 *
 * All calls of one page share its client, and the setting `timeout` is for all of them together: a page waits that long
 * at most, however many calls it makes. After a call that nobody answered the others fail at once.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class client {
    /** @var int Seconds for the calls of a page, where the setting says nothing. */
    public const TIMEOUT = 10;

    /** @var int[] HTTP 4xx that say: not now. They hold for other requests as well. */
    private const NOT_NOW = [408, 425, 429];

    /** @var self|null That of this page. */
    private static ?self $shared = null;

    /** @var service_unavailable|null Why nothing is asked any more. */
    private ?service_unavailable $broken = null;

    /** @var float Seconds spent waiting so far. */
    private float $spent = 0.0;

    /**
     * Constructor.
     */
    public function __construct(
        /** @var string URL of the service. */
        private readonly string $serviceurl,
        /** @var string Its token. */
        private readonly string $token,
        /** @var float Seconds for all calls together, or for each. */
        private readonly float $timeout,
        /** @var transport How requests travel. */
        private readonly transport $transport,
        /** @var string User name of the person who asks; empty: nobody in particular. */
        private readonly string $onbehalfof = '',
        /** @var bool Whether the timeout is for all calls together, and the first failure ends them. */
        private readonly bool $shareslimit = true,
    ) {
    }

    /**
     * Returns the client of this page, as the site's settings say.
     *
     * @return self
     */
    public static function from_settings(): self {
        global $USER;
        return self::$shared ??= self::made((string) ($USER->username ?? ''), true, null);
    }

    /**
     * Returns a client for work that no page waits for: the time limit is for each call.
     *
     * @param float|null $timeout Seconds for each call; null: as the setting says.
     * @return self
     */
    public static function in_background(?float $timeout = null): self {
        return self::made('', false, $timeout);
    }

    /**
     * Forgets the client of this page, as when the settings have changed.
     */
    public static function reset(): void {
        self::$shared = null;
    }

    /**
     * Tells whether the site's settings name a service.
     *
     * @return bool
     */
    public static function is_configured(): bool {
        $config = get_config('mod_lticontainer');
        return !empty($config->serviceurl) && !empty($config->token);
    }

    /**
     * Tells whether there is a service, or was one: what it holds waits for it there, whatever the settings say now.
     *
     * @return bool
     */
    public static function had_service(): bool {
        return self::is_configured() || get_config('mod_lticontainer', 'hadservice');
    }

    /**
     * Remembers that there is a service.
     */
    public static function remember_service(): void {
        if (self::is_configured() && !get_config('mod_lticontainer', 'hadservice')) {
            set_config('hadservice', 1, 'mod_lticontainer');
        }
    }

    /**
     * Calls a function.
     *
     * @param command $command The call.
     * @return array Its result.
     * @throws service_not_configured The settings name no service.
     * @throws service_unavailable Nobody answered, or with nothing that could be understood.
     * @throws service_refused The service says no, and why; or something on the way does.
     */
    public function call(command $command): array {
        $response = $this->send($command);
        $answer = $response->json();
        if ($response->status === 200 && $answer !== null) {
            return $answer;
        }
        throw self::fault($response, $answer);
    }

    /**
     * Fetches a file, and hands on what comes while it comes.
     *
     * @param command $command A download.
     * @param \Closure $receive Takes the headers of the answer by name and the next bytes.
     * @throws service_not_configured The settings name no service.
     * @throws service_unavailable Nobody answered, or the file broke off.
     * @throws service_refused The service says no, and why.
     */
    public function download(command $command, \Closure $receive): void {
        if ($this->serviceurl === '' || $this->token === '' || !$this->transport instanceof curl_transport) {
            throw new service_not_configured();
        }
        $headers = $command->headers($this->token, $this->onbehalfof);
        $response = $this->transport->receive($command->url($this->serviceurl), $headers, $this->timeout, $receive);
        if ($response->status !== 200) {
            throw self::fault($response, $response->json());
        }
    }

    /**
     * Tells how long the page may still wait for something else.
     *
     * @return float Seconds.
     * @throws service_unavailable There is no time left, or an earlier request has failed.
     */
    public function remaining(): float {
        return $this->seconds();
    }

    /**
     * Sends a request of somebody else, with their own token in it, as it is.
     *
     * @param string $path Path, and query where it has one, below the address of the service.
     * @param string $type Content type.
     * @param string $body The body.
     * @return response Whatever came.
     * @throws service_not_configured
     * @throws service_unavailable
     */
    public function pass(string $path, string $type, string $body): response {
        return $this->carry('POST', rtrim($this->serviceurl, '/') . $path, ["Content-Type: $type"], $body);
    }

    /**
     * Sends a call and returns what came.
     *
     * @param command $command The call.
     * @return response
     * @throws service_not_configured
     * @throws service_unavailable
     */
    private function send(command $command): response {
        $url = $command->url($this->serviceurl);
        $headers = $command->headers($this->token, $this->onbehalfof);
        return $this->carry($command->method(), $url, $headers, $command->body());
    }

    /**
     * Sends a request and returns what came.
     *
     * @param string $method GET or POST.
     * @param string $url Whole URL.
     * @param string[] $headers Whole lines.
     * @param string $body The body.
     * @return response
     * @throws service_not_configured
     * @throws service_unavailable
     */
    private function carry(string $method, string $url, array $headers, string $body): response {
        if (!$this->is_complete()) {
            throw new service_not_configured();
        }
        $seconds = $this->seconds();
        $started = microtime(true);
        try {
            return $this->transport->send($method, $url, $headers, $body, $seconds);
        } catch (service_unavailable $fault) {
            $this->broken = $this->shareslimit ? $fault : null;
            throw $fault;
        } finally {
            $this->spent += microtime(true) - $started;
        }
    }

    /**
     * Tells whether both address and token are known.
     *
     * @return bool
     */
    private function is_complete(): bool {
        return $this->serviceurl !== '' && $this->token !== '';
    }

    /**
     * Returns how long the next request may take.
     *
     * @return float Seconds.
     * @throws service_unavailable There is no time left, or an earlier request has failed.
     */
    private function seconds(): float {
        if ($this->broken) {
            throw $this->broken;
        }
        $left = $this->shareslimit ? $this->timeout - $this->spent : $this->timeout;
        if ($left <= 0) {
            throw new service_unavailable(service_unavailable::SLOW);
        }
        return $left;
    }

    /**
     * Returns the exception that an answer means.
     *
     * @param response $response The answer.
     * @param array|null $answer Its JSON.
     * @return service_exception
     */
    private static function fault(response $response, ?array $answer): service_exception {
        if ($response->type === 'application/problem+json' && is_string($answer['errorcode'] ?? null)) {
            return service_refused::from_problem($answer);
        }
        return self::by_a_stranger($response);
    }

    /**
     * Returns what an answer means that is none of the service's own.
     *
     * A proxy or a firewall on the way may refuse one request, such as one that is too long for it, and let the others
     * through.
     *
     * @param response $response The answer.
     * @return service_exception
     */
    public static function by_a_stranger(response $response): service_exception {
        $what = "HTTP $response->status, $response->type";
        if ($response->status < 400) {
            return new service_unavailable(service_unavailable::NONSENSE, $what);
        }
        if ($response->status >= 500 || in_array($response->status, self::NOT_NOW, true)) {
            return new service_unavailable(service_unavailable::FAILED, $what);
        }
        return new service_refused(service_refused::ON_THE_WAY, 'Refused on the way', $what);
    }

    /**
     * Makes a client of the site's settings.
     *
     * @param string $onbehalfof User name of the person who asks.
     * @param bool $shareslimit Whether the timeout is for all calls together.
     * @param float|null $timeout Seconds; null: as the setting says.
     * @return self
     */
    private static function made(string $onbehalfof, bool $shareslimit, ?float $timeout): self {
        $config = get_config('mod_lticontainer');
        return new self(
            trim((string) ($config->serviceurl ?? '')),
            trim((string) ($config->token ?? '')),
            $timeout ?? (float) max(1, (int) ($config->timeout ?? self::TIMEOUT)),
            curl_transport::from_settings(),
            $onbehalfof,
            $shareslimit
        );
    }
}
