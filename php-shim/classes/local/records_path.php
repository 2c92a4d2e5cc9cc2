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
use mod_lticontainer\local\exception\service_refused;
use mod_lticontainer\local\exception\service_unavailable;

/**
 * Where proxies send records, and whether the service is there.
 *
 * The system lines that the service writes carry the token of one activity. Moodle's own web service does not know such
 * tokens, so with lines that lead there every record would be refused, and proxies look at no answer.
 *
 * @package    mod_lticontainer
 * @copyright  2026 The authors of the lticontainer companion
 * @license    https://www.gnu.org/copyleft/gpl.html GNU GPL v3 or later
 */
final class records_path {
    /** @var string It leads to the service. */
    public const GOOD = 'ok';

    /** @var string Something else answers that does not know the tokens of activities. */
    public const WRONG = 'wrong';

    /** @var string It can't be looked at from here. */
    public const UNKNOWN = 'unknown';

    /** @var string Proxies have tokens of their own, or there is no activity yet. */
    public const NONE = 'none';

    /** @var int After so many refusals no other activity is tried. */
    private const REFUSALS = 20;

    /** @var string Moodle's script, to which proxies add what stands in front. */
    private const SCRIPT = '/webservice/rest/server.php';

    /**
     * Constructor.
     */
    private function __construct(
        /** @var string One of the constants. */
        public readonly string $state,
        /** @var string Where records go; empty where that is not known. */
        public readonly string $url = '',
    ) {
    }

    /**
     * Looks.
     *
     * @param client $client The service.
     * @param transport $transport How the request of a proxy travels.
     * @return self
     * @throws service_exception
     */
    public static function look(client $client, transport $transport): self {
        $text = self::some_lines($client);
        if ($text === null) {
            return new self(self::NONE);
        }
        // The service has just answered, so nobody has to rest any more.
        (new circuit())->reset();
        $lines = self::values($text);
        $url = ($lines['lms_serverurl'] ?? '') . ($lines['lms_serverpath'] ?? '');
        $token = $lines['lms_rpctoken'] ?? '';
        if ($url === '' || $token === '') {
            return new self(self::NONE, $url);
        }
        return new self(self::knock($url . self::SCRIPT, $token, $transport, $client->remaining()), $url);
    }

    /**
     * Asks with the token of an activity for something that it does not open: the service says that it does not, and
     * everybody else does not know it.
     *
     * @param string $url Where a proxy sends records.
     * @param string $token Token of an activity.
     * @param transport $transport How the request travels.
     * @param float $seconds How long it may take.
     * @return string One of the constants.
     */
    private static function knock(string $url, string $token, transport $transport, float $seconds): string {
        $fields = ['wstoken' => $token, 'wsfunction' => 'mod_lticontainer_get_hosts', 'moodlewsrestformat' => 'json'];
        $headers = ['Content-Type: application/x-www-form-urlencoded'];
        try {
            $response = $transport->send('POST', $url, $headers, http_build_query($fields, '', '&'), $seconds);
        } catch (service_unavailable) {
            return self::UNKNOWN;
        }
        if ($response->status >= 500) {
            return self::UNKNOWN;
        }
        $code = $response->json()['errorcode'] ?? '';
        return $code === 'accessexception' ? self::GOOD : self::WRONG;
    }

    /**
     * Has the lines made of the first activity that the service does not refuse.
     *
     * @param client $client The service.
     * @return string|null Custom parameters; null where there is no activity.
     * @throws service_exception
     */
    private static function some_lines(client $client): ?string {
        $refusals = [];
        foreach (self::some_activities() as $courseid => $contexts) {
            try {
                registration::course($courseid, $client);
            } catch (service_refused $fault) {
                $refusals[] = self::of_one($fault, $refusals);
                continue;
            }
            $refused = refused_activities::ids();
            foreach (array_filter($contexts, fn(array $one) => !in_array($one['lti_id'], $refused, true)) as $context) {
                try {
                    $arguments = ['source_text' => '', 'contexts' => [$context]];
                    $answer = $client->call(command::call('copy_custom_params', $arguments));
                    return (string) ($answer['copies'][0]['text'] ?? '');
                } catch (service_refused $fault) {
                    $refusals[] = self::of_one($fault, $refusals);
                }
            }
        }
        return $refusals ? throw $refusals[0] : null;
    }

    /**
     * Returns a refusal after which another activity is tried.
     *
     * @param service_refused $fault The refusal.
     * @param service_refused[] $before Those before it.
     * @return service_refused
     * @throws service_refused It is none, or there were enough.
     */
    private static function of_one(service_refused $fault, array $before): service_refused {
        return $fault->is_of_one() && count($before) < self::REFUSALS ? $fault : throw $fault;
    }

    /**
     * Finds activities for which an instance is responsible; last in courses of which some were refused.
     *
     * @return iterable<array[]> What the service has to know of them, by the ids of their courses.
     */
    private static function some_activities(): iterable {
        $courses = registration::courses();
        $refused = refused_activities::courses();
        foreach ([...array_diff($courses, $refused), ...array_intersect($courses, $refused)] as $courseid) {
            $instances = activities::instances($courseid);
            $contexts = [];
            foreach (activities::of_course($courseid) as $activity) {
                $responsible = activities::responsible($activity, $instances);
                if ($responsible !== null) {
                    $contexts[] = $activity->context($responsible, '');
                }
            }
            if ($contexts) {
                yield $courseid => $contexts;
            }
        }
    }

    /**
     * Reads the lines of custom parameters.
     *
     * @param string $text The text.
     * @return string[] Values by name.
     */
    private static function values(string $text): array {
        $values = [];
        foreach (preg_split('/\r\n|\r|\n/', $text) as $line) {
            [$name, $value] = explode('=', $line, 2) + ['', ''];
            $values[trim($name)] = trim($value);
        }
        return $values;
    }
}
