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

namespace mod_lticontainer\standalone;

use mod_lticontainer\local\exception\service_unavailable;
use mod_lticontainer\local\response;
use mod_lticontainer\local\transport;

/**
 * Gives answers that were recorded, one after the other, and remembers what was asked.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class recorded_transport implements transport {
    /** @var array[] What was asked: method, url, headers, body, seconds. */
    public array $asked = [];

    /**
     * Constructor.
     */
    public function __construct(
        /** @var array Responses, or exceptions to throw. */
        private array $answers,
        /** @var float Seconds that each answer takes. */
        private readonly float $takes = 0.0,
    ) {
    }

    /**
     * Reads an answer that the service gave.
     *
     * @param string $name Its name in fixtures/answers.json.
     * @return response
     */
    public static function recorded(string $name): response {
        $entry = self::exchange($name);
        $type = explode(';', $entry['answer']['type'])[0];
        return new response($entry['answer']['status'], $type, json_encode($entry['answer']['json']));
    }

    /**
     * Reads an exchange with the service.
     *
     * @param string $name Its name in fixtures/answers.json.
     * @return array
     */
    public static function exchange(string $name): array {
        $text = file_get_contents(dirname(__DIR__) . '/fixtures/answers.json');
        return json_decode($text, true, 512, JSON_THROW_ON_ERROR)[$name];
    }

    /**
     * Answers.
     *
     * @param string $method GET or POST.
     * @param string $url Whole URL.
     * @param string[] $headers Whole lines.
     * @param string $body Body of a POST.
     * @param float $seconds How long all of it may take.
     * @return response
     * @throws service_unavailable
     */
    public function send(string $method, string $url, array $headers, string $body, float $seconds): response {
        $this->asked[] = compact('method', 'url', 'headers', 'body', 'seconds');
        usleep((int) (1e6 * min($this->takes, $seconds)));
        $answer = array_shift($this->answers);
        if ($answer instanceof service_unavailable) {
            throw $answer;
        }
        return $answer;
    }
}
